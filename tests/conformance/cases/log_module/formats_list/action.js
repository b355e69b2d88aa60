const { log } = require('zitadel/log');
function action() { log([1, [2]]); }
