const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) { show(ctx.v1.user.getMetadata().metadata[0].value); }
