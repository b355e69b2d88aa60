const { log } = require('zitadel/log');
function two(ctx, api) { log(ctx.v1.user.human.firstName, api.metadata.length); }
