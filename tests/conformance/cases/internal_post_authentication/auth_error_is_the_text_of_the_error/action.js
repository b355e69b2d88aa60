const { log } = require('zitadel/log');
function action(ctx, api) { if (ctx.v1.authError !== 'none') log(ctx.v1.authError); }
