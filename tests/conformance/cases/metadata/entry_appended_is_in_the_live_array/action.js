const { log } = require('zitadel/log');
function action(ctx, api) { api.v1.user.appendMetadata('k', 'de'); log(api.metadata.length, api.metadata[0].key); }
