const { log } = require('zitadel/log');
function action() {
  Promise.resolve().then(() => log('reaction'));
  log('code');
}
