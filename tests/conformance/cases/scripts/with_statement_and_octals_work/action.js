const { log } = require('zitadel/log');
function action() { with ({ a: 1 }) log(a, 010); }
