const { log } = require('zitadel/log');
function second(ctx) { log(ctx.v1.claims.dept, ctx.v1.claims.sub); }
