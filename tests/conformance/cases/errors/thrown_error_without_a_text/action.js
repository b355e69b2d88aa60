function action() {
  throw new Error();
}
