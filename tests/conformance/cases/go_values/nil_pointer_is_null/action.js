const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authRequest.browserInfo === null, ctx.v1.authRequest.maxAuthAge === null); }
