function action() {
  let 1a = 2;
}
