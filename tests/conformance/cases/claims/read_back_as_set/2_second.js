const { log } = require('zitadel/log');
function second(ctx) { log('%j %j', ctx.v1.claims.o, ctx.v1.claims.n); }
