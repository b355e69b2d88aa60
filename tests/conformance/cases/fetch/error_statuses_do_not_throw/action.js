const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  for (const status of [404, 500]) {
    const reply = http.fetch(`http://site.test/status/${status}`);
    log('%d %d %s', reply.status, reply.statusCode, reply.body);
  }
}
