const { log } = require('zitadel/log');
function action(ctx) { log(typeof ctx.v1.httpRequest.headers, Object.keys(ctx.v1.httpRequest.form).length); }
