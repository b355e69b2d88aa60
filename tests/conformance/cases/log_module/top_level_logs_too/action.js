const { log } = require('zitadel/log');
log('loaded');
function action() { log('called'); }
