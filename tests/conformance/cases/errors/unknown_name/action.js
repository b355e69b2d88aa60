function action() {
  missing();
}
