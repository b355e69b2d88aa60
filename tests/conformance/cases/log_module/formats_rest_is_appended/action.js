const { log } = require('zitadel/log');
function action() { log('a', 1, true, null, undefined, {}); }
