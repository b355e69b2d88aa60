const { log } = require('zitadel/log');
const present = (holder, names) => log(names.split(' ').filter((name) => name in holder).join(' '));
function action(ctx, api) {
  present(ctx, 'accessToken idToken refreshToken getClaim claimsJSON v1');
  present(ctx.v1, 'externalUser providerInfo authRequest httpRequest authError org user getUser claims authMethod application actor');
  present(api, 'setFirstName setLastName setNickName setDisplayName setPreferredLanguage setPreferredUsername setEmail setEmailVerified setPhone setPhoneVerified setGender setUsername metadata userGrants v1');
  present(api.v1, 'user claims userinfo attributes appendUserGrant');
  present(api.v1.user, 'appendMetadata appendMetadataRaw setMetadata');
}
