const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authRequest.audience.length, ctx.v1.authRequest.prompt !== null); }
