const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action(ctx) { log(uuid.v5(uuid.namespaceDNS, ctx.v1.user.human.email)); }
