const http = require('zitadel/http');
const { log } = require('zitadel/log');
async function action() { log((await http.fetch('http://site.test/status/200')).text()); }
