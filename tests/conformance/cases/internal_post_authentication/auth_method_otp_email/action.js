const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'OTP Email', `${ctx.v1.authMethod}`); }
