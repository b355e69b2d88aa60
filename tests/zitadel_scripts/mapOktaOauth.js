// An OpenID Connect provider, whose preferred username is read by a name that is not there.
const logger = require('zitadel/log');

function mapOktaOauth(ctx, api) {
  logger.log('a new user of Okta');
  const { externalUser, providerInfo } = ctx.v1;
  if (externalUser.externalIdpId != 'idp-1') return;
  api.setFirstName(providerInfo.name);
  api.setLastName(providerInfo.name);
  api.setEmailVerified(true);
  api.setEmail(providerInfo.email);
  api.setPreferredUsername(providerInfo.preferred_username);
}
