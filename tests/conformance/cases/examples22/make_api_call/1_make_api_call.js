const http = require('zitadel/http');
const logger = require('zitadel/log');
function make_api_call(ctx, api) {
  const reply = http.fetch('http://site.test/users', { method: 'POST', body: { name: 'user 1' } });
  logger.log(reply.json().id);
}
