const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'passwordless', `${ctx.v1.authMethod}`); }
