function action() {
  const log = require('zitadel/log');
  log.log('l');
  log.info('i');
  log.debug('d');
  log.warn('w');
  log.error('e');
}
