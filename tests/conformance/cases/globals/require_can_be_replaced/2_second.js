const { log } = require('zitadel/log');
function second() { log(typeof require('zitadel/uuid').v4); }
