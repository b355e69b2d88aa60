const { log } = require('zitadel/log');
function action() {
  Promise.reject(new Error('nobody cares'));
  log('done');
}
