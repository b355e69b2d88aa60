const { log } = require('zitadel/log');
const present = (holder, names) => log(names.split(' ').filter((name) => name in holder).join(' '));
function action(ctx, api) {
  present(ctx.v1, 'externalUser providerInfo authRequest httpRequest authError authMethod claims getUser user org application actor');
  present(ctx.v1.user, 'getMetadata grants');
  present(api.v1, 'claims userinfo user attributes appendUserGrant');
  for (const part of ['claims', 'userinfo', 'attributes', 'user']) {
    if (part in api.v1) present(api.v1[part], 'setClaim appendLogIntoClaims setCustomAttribute setMetadata appendMetadata');
  }
  log(api.metadata === undefined);
}
