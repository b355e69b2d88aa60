const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  for (const body of [undefined, null]) {
    try { http.fetch('http://site.test/', { body }); } catch (error) { log(error.name); }
  }
}
