const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) { const { machine, human } = ctx.v1.getUser(); show(machine); log(human === undefined); }
