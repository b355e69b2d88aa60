const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() { log(uuid.v3(uuid.namespaceDNS, Uint8Array.of(97, 98)) === uuid.v3(uuid.namespaceDNS, 'ab')); }
