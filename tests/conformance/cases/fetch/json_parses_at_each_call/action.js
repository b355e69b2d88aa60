const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const reply = http.fetch('http://site.test/a?b=c');
  log(reply.json().path, reply.json() === reply.json(), reply.text() === reply.body);
}
