const { log } = require('zitadel/log');
function second(ctx) { log(ctx.v1.user.human.gender); }
