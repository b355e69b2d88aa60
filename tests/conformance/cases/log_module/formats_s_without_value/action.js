const { log } = require('zitadel/log');
function action() { log('%s and %s', 'x'); }
