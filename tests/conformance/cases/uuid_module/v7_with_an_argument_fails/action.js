function action() {
  require('zitadel/uuid').v7(1);
}
