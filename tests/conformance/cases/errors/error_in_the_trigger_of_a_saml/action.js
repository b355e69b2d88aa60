function action() {
  throw 'no response';
}
