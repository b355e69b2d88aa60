const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'password', `${ctx.v1.authMethod}`); }
