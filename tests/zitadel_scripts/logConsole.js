// Which application somebody logs in to.
const logger = require('zitadel/log');

function logConsole(ctx, api) {
  const { authRequest } = ctx.v1;
  if (authRequest == undefined || authRequest.applicationId == '') logger.log('🤖 nobody knows which');
  else if (authRequest.applicationId == 'console') logger.log('🤖 the console');
  else logger.log('🤖 another: ' + authRequest.applicationId);
}
