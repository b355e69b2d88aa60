const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  for (const options of [undefined, null]) {
    try { http.fetch('http://site.test/', options); } catch (error) { log(error.name); }
  }
}
