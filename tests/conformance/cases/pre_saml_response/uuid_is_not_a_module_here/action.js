function action() {
  require('zitadel/uuid');
}
