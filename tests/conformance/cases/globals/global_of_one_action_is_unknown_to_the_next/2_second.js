const { log } = require('zitadel/log');
function second() { log([typeof topLevel, typeof undeclared, typeof assigned, typeof ofThis, typeof defined, typeof first].join()); }
