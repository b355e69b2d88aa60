const { log } = require('zitadel/log');
function second() { log([].last === undefined, ''.shout === undefined); }
