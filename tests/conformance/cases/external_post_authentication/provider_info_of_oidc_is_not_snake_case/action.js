const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.providerInfo.preferred_username, ctx.v1.providerInfo.claims.preferred_username); }
