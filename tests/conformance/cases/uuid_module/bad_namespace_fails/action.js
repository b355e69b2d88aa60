function action() {
  require('zitadel/uuid').v5('no uuid', 'x');
}
