const { log } = require('zitadel/log');
function action() { log('%j', { a: [1, '<'] }); }
