const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) { show([ctx.accessToken, ctx.idToken, ctx.refreshToken]); }
