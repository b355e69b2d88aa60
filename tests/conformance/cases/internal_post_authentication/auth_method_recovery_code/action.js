const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'recovery code', `${ctx.v1.authMethod}`); }
