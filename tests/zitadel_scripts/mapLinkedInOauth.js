// The raw user of a generic OAuth provider.
const logger = require('zitadel/log');

function mapLinkedInOauth(ctx, api) {
  logger.log('a new user of LinkedIn');
  if (ctx.v1.externalUser.externalIdpId != 'idp-1') return;
  const { rawInfo } = ctx.v1.providerInfo;
  logger.log('they say: ' + JSON.stringify(ctx.v1.providerInfo));
  api.setFirstName(rawInfo.given_name);
  api.setLastName(rawInfo.family_name);
  api.setEmailVerified(true);
  api.setEmail(rawInfo.email);
  api.setPreferredUsername(rawInfo.email);
}
