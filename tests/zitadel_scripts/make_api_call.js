// A call to an API, and the id in what it answers.
const http = require('zitadel/http');
const logger = require('zitadel/log');

function make_api_call(ctx, api) {
  const answer = http.fetch('API_URL', { method: 'POST', body: { name: 'user 1' } });
  logger.log(answer.json().id);
}
