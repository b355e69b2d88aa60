const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  log(JSON.stringify(http.fetch('http://site.test/latin1').text()));
}
