function action() {
  require('zitadel/uuid').v4(1);
}
