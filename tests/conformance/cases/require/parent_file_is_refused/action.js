function action() {
  require('../secret.json');
}
