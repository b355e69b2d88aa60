const { log } = require('zitadel/log');
function action(ctx, api) { log(Array.isArray(api.userGrants), api.userGrants.length); }
