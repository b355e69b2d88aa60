const { log } = require('zitadel/log');
function second(ctx) { log('%j %j', ctx.v1.claims.level, ctx.v1.claims['urn:zitadel:iam:action:first:log']); }
