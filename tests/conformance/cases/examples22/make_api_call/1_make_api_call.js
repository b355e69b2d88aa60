const http = require('zitadel/http');
const logger = require('zitadel/log');
function make_api_call(ctx, api) {
  const reply = http.fetch('http://127.0.0.1:9/users', { method: 'POST', body: { name: 'user 1' } });
  logger.log(reply.json().id);
}
