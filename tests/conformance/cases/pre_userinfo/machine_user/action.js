const { log } = require('zitadel/log');
function action(ctx) { const user = ctx.v1.getUser(); log(user.machine.name, user.machine.description, user.human === undefined); }
