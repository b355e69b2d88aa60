const { log } = require('zitadel/log');
function action() {
  require('zitadel/log').mark = 1;
  log(['zitadel/log', 'zitadel/http', 'zitadel/uuid', 'util'].every((name) => require(name) === require(name)), require('zitadel/log').mark);
}
