function action() {
  throw 'no access';
}
