const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.user.grants.count == 0, ctx.v1.user.grants.grants.length); }
