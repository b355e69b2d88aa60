const { log } = require('zitadel/log');
function action(ctx) { log(ctx.claimsJSON() === ''); }
