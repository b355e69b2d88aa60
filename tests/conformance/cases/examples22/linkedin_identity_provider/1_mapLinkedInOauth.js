const logger = require('zitadel/log');
function mapLinkedInOauth(ctx, api) {
  logger.log('provider ' + JSON.stringify(ctx.v1.providerInfo));
  const { rawInfo } = ctx.v1.providerInfo;
  logger.log(rawInfo.email);
  api.setFirstName(rawInfo.localizedFirstName);
  api.setLastName(rawInfo.localizedLastName);
  api.setDisplayName(rawInfo.localizedFirstName + ' ' + rawInfo.localizedLastName);
  api.setEmail(rawInfo.email);
  api.setEmailVerified(true);
}
