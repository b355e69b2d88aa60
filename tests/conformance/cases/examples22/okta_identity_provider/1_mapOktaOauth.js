const logger = require('zitadel/log');
function mapOktaOauth(ctx, api) {
  const info = ctx.v1.providerInfo;
  logger.log(JSON.stringify(info.name));
  api.setFirstName(info.givenName);
  api.setLastName(info.familyName);
  api.setDisplayName(info.name);
  api.setEmailVerified(info.emailVerified);
  api.setPreferredUsername(info.preferred_username);
}
