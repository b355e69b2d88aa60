const { log } = require('zitadel/log');
function action(ctx) { const { human } = ctx.v1.externalUser; human.firstName = 'Grace'; log(human.firstName); }
