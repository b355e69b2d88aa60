const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.org.getMetadata().metadata[0].value); }
