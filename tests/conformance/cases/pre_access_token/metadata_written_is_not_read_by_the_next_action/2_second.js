const { log } = require('zitadel/log');
function second(ctx) { log(ctx.v1.user.getMetadata().metadata.find(({ key }) => key === 'team').value); }
