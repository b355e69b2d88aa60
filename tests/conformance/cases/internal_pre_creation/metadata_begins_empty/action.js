const { log } = require('zitadel/log');
function action(ctx, api) { log(api.metadata.length); }
