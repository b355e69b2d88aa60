const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() {
  const one = uuid.v7(), two = uuid.v7();
  log(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(one), one !== two);
}
