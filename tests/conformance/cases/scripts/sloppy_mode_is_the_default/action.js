const { log } = require('zitadel/log');
function action() { undeclared = 5; log(undeclared, globalThis.undeclared, delete globalThis.undeclared); }
