const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  http.fetch('https://elsewhere.example/a?token=x');
}
