const { log } = require('zitadel/log');
function action() {
  try {
    throw new Error('caught');
  } catch ({ message }) {
    log(message);
  }
}
