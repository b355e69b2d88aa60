const { log } = require('zitadel/log');
function second(ctx) { log('preferredUsername' in ctx.v1.externalUser.human, 'preferredUsername' in ctx.v1.externalUser); }
