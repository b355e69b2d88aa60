function action() {
  require('constructor');
}
