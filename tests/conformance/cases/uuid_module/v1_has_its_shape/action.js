const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() {
  const one = uuid.v1(), two = uuid.v1();
  log(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(one), one !== two);
}
