const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const { method, body } = http.fetch('http://site.test/', { body: { a: 1 } }).json();
  log('%s %s', method, body);
}
