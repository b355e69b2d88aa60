const { log } = require('zitadel/log');
let count = 2;
function second() { log(count); }
