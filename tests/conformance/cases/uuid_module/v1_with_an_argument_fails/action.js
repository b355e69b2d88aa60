function action() {
  require('zitadel/uuid').v1(1);
}
