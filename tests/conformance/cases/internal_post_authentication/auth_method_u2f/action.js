const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.authMethod == 'U2F', `${ctx.v1.authMethod}`); }
