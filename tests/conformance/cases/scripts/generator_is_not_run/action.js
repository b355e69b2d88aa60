const { log } = require('zitadel/log');
function* action() { log('never'); }
