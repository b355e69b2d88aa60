const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const { method, body } = http.fetch('http://site.test/', { method: 'PUT', rawBody: 'a=b&c=ü' }).json();
  log('%s %s', method, body);
}
