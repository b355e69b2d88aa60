const { log } = require('zitadel/log');
function action() { log('%d %d', '12', 1.5); }
