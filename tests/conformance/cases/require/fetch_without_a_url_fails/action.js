function action() {
  require('zitadel/http').fetch();
}
