const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  http.fetch('http://site.test/', { headers: { 'x-a': [1] } });
}
