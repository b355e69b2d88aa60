const { log } = require('zitadel/log');
function action(ctx) { log(ctx.getClaim('nothing') === null, ctx.getClaim('toString') === null); }
