const { log } = require('zitadel/log');
let count = 1;
function first() { log(count); }
