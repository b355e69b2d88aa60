const { log } = require('zitadel/log');
function second(ctx) { log(ctx.v1.user.grants.grants[0].roles.join()); }
