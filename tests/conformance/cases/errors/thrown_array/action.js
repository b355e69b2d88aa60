function action() {
  throw ['a', 'b'];
}
