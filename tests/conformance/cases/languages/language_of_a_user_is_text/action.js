const { log } = require('zitadel/log');
function action(ctx) { log(typeof ctx.v1.user.human.preferredLanguage, ctx.v1.user.human.preferredLanguage === 'en'); }
