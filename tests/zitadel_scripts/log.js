// Who logged in, from where.
const logger = require('zitadel/log');

function log(ctx, api) {
  const { authError, authRequest, httpRequest } = ctx.v1;
  const how = authError == 'none' ? 'logged in' : 'failed with ' + authError;
  const who = [authRequest.userName, authRequest.changeDate, authRequest.applicationId];
  logger.log(how + ': ' + [...who, httpRequest.remoteAddr, JSON.stringify(httpRequest)].join(', '));
}
