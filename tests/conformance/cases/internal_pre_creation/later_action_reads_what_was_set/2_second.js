const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function second(ctx) { show(ctx.v1.user.human); log(ctx.v1.user.username); }
