const { log } = require('zitadel/log');
function action() { log(typeof require('zitadel/http').fetch); }
