const { log } = require('zitadel/log');
function action() { log(eval('1 + 1'), new Function('a', 'return a * 2')(3)); }
