const { log } = require('zitadel/log');
function second(ctx) { log(ctx.v1.user.getMetadata().metadata[0].value); }
