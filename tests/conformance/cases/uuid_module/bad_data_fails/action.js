function action() {
  const uuid = require('zitadel/uuid');
  uuid.v5(uuid.namespaceDNS, 7);
}
