const uuid = require('zitadel/uuid');
function action(ctx, api) {
  if (api.metadata === undefined) return;
  api.v1.user.appendMetadata('custom-id', uuid.v5(uuid.namespaceURL, 'https://example.com/u-1'));
}
