const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const { method, path, body } = http.fetch('http://site.test/moved', { method: 'POST', body: 1 }).json();
  log(method, path, body === '');
}
