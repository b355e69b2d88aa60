const { log } = require('zitadel/log');
log('top');
function action() { log('function'); }
log('still top');
