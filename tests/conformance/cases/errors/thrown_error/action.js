function action() {
  throw new Error('no access');
}
