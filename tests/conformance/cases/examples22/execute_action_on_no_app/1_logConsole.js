let logger = require('zitadel/log');
function logConsole(ctx, api) {
  if (ctx.v1.authRequest == undefined) {
    logger.log('🤷 no request');
    return;
  }
  if (ctx.v1.authRequest.applicationId == 'app-1') logger.log('🎉 the app');
  else logger.warn('🚪 another app');
}
