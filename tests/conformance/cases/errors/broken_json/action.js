function action() {
  JSON.parse('{');
}
