const { log } = require('zitadel/log');
function second(ctx) { log(ctx.accessToken, ctx.v1.externalUser.human.firstName, ctx.v1.authRequest.userId, ctx.v1.providerInfo.email); }
