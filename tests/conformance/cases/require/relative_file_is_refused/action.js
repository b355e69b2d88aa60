function action() {
  require('./some-file.js');
}
