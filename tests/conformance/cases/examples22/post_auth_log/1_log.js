let logger = require('zitadel/log');
function log(ctx, api) {
  const request = ctx.v1.authRequest;
  logger.log('since ' + request.creationDate + ' by ' + JSON.stringify(ctx.v1.httpRequest));
}
