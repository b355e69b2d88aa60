const { log } = require('zitadel/log');
function action() { log(Object.keys(require('zitadel/http')).join(), typeof require('zitadel/http').fetch); }
