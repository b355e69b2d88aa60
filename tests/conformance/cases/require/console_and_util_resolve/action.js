const { log } = require('zitadel/log');
function action() { log(['console', 'util', 'node:console', 'node:util'].map((name) => typeof require(name)).join()); }
