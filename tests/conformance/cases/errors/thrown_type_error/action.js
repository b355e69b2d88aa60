function action() {
  throw new TypeError('no text');
}
