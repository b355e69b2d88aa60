function action() {
  throw null;
}
