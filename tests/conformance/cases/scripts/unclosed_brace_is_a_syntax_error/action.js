function action() {
  if (true) {
}
