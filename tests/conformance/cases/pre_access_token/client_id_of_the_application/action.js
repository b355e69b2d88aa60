const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.application.getClientId()); }
