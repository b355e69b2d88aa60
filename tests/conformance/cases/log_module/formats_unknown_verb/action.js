const { log } = require('zitadel/log');
function action() { log('%x', 1); }
