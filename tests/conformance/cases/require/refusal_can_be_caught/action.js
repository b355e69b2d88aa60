const { log } = require('zitadel/log');
function action() {
  try {
    require('./some-file.js');
  } catch (error) {
    log(/file-based modules are disabled/.test(String(error)));
  }
}
