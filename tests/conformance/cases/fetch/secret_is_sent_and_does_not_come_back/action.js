const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const reply = http.fetch('http://site.test/', { headers: { authorization: 'Bearer {{secret:crm}}' } });
  const [[, sent]] = reply.json().headers.filter(([name]) => name === 'Authorization');
  log(sent);
}
