function action() {
  throw 'account locked';
}
