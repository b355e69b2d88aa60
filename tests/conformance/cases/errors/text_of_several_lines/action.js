function action() {
  throw 'one\ntwo';
}
