const { log } = require('zitadel/log');
function action() {
  log('before');
  throw 'stop';
}
