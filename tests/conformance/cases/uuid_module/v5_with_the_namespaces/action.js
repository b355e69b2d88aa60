const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() {
  log(uuid.v5(uuid.namespaceDNS, 'www.example.com'));
  log(uuid.v5(uuid.namespaceURL, 'https://example.com/'));
  log(uuid.v5(uuid.namespaceOID, '1.3.6.1'));
  log(uuid.v5(uuid.namespaceX500, 'cn=Ada'));
}
