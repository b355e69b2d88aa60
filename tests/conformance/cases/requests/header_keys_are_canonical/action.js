const { log } = require('zitadel/log');
function action(ctx) { const { headers } = ctx.v1.httpRequest; log(headers['User-Agent'][0], headers['user-agent'] === undefined, headers['X-Forwarded-For'].length); }
