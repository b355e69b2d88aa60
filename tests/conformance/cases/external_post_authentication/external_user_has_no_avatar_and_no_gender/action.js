const { log } = require('zitadel/log');
function action(ctx) { const { human } = ctx.v1.externalUser; log('%j %j', human.avatarKey, human.gender); }
