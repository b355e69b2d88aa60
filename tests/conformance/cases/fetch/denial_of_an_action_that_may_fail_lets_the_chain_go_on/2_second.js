const { log } = require('zitadel/log');
function second() { log('goes on'); }
