const { log } = require('zitadel/log');
require = () => 'mine';
function first() { log(require('x')); }
