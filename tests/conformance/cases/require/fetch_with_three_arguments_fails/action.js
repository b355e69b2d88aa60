function action() {
  require('zitadel/http').fetch('https://example.com', {}, 1);
}
