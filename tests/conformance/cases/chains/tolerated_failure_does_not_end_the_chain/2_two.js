const { log } = require('zitadel/log');
function two(ctx, api) { log(ctx.v1.claims.one, ctx.v1.claims['urn:zitadel:iam:action:one:log'].join()); api.v1.claims.setClaim('two', true); }
