const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const { status, statusCode, headers } = http.fetch('http://site.test/status/202');
  log('%d %d %j %s', status, statusCode, headers['X-Part'], headers['x-part'] === undefined);
}
