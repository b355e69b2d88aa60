const { log } = require('zitadel/log');
async function action(ctx) { log(await ctx.getClaim('sub')); }
