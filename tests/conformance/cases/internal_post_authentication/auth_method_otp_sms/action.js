const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'OTP SMS', `${ctx.v1.authMethod}`); }
