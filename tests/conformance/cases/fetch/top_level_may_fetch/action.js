const http = require('zitadel/http');
const { log } = require('zitadel/log');
const { body } = http.fetch('http://site.test/status/200');
function action() { log(body); }
