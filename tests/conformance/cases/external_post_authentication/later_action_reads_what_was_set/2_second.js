const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function second(ctx) { show(ctx.v1.externalUser); }
