function action() {
  throw 42;
}
