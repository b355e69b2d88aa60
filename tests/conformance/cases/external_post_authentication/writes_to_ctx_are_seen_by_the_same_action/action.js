const { log } = require('zitadel/log');
function action(ctx) { ctx.v1.mine = 1; ctx.accessToken = 'x'; log(ctx.v1.mine, ctx.accessToken); }
