function action() {

  throw undefined;
}
