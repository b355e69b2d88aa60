const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const { method, body } = http.fetch('http://site.test/', { method: 'POST', body: { b: [1, undefined], a: 'x' } }).json();
  log('%s %s', method, body);
}
