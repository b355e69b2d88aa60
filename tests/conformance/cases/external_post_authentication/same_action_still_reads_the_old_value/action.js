const { log } = require('zitadel/log');
function action(ctx, api) { api.setFirstName('Grace'); log(ctx.v1.externalUser.human.firstName); }
