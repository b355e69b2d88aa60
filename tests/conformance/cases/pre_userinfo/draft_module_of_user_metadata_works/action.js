const { log } = require('zitadel/log');
const metadata = require('zitadel/metadata/user');
function action() {
  log(metadata.get().count, metadata.get().metadata[0].value);
  metadata.set('seen', true);
}
