const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() {
  log(`${uuid.namespaceDNS}`);
  log(`${uuid.namespaceURL}`);
  log(`${uuid.namespaceOID}`);
  log(`${uuid.namespaceX500}`);
  log(uuid.namespaceDNS.length, uuid.namespaceDNS[0]);
}
