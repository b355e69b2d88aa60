const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  try {
    http.fetch('http://site.test/', { method: 'DELETE' });
  } catch (error) {
    log(error instanceof Error, error.message.replace(/:\d+/, ''));
  }
}
