const { log } = require('zitadel/log');
function two(ctx, api) { log([ctx.v1.mark, api.v1.mark, ctx.mark].every((mark) => mark === undefined)); }
