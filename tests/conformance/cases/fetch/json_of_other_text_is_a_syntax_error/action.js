const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const reply = http.fetch('http://site.test/status/200');
  try { reply.json(); } catch (error) { log(error.name, reply.text()); }
}
