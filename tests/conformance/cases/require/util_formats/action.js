const { log } = require('zitadel/log');
function action() { log(require('util').format('%s is %d, %j', 'it', 7, [1])); }
