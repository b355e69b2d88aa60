function action() {
  throw 'closed';
}
