const { log } = require('zitadel/log');
function second(ctx, api) { api.metadata.forEach(({ key, value }) => log(key, value)); api.v1.user.appendMetadata('c', 1); }
