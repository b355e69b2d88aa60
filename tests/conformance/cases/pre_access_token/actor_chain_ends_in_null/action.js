const { log } = require('zitadel/log');
function action(ctx) {
  for (let actor = ctx.v1.actor; actor !== null; actor = actor.actor) log(actor.userId, actor.issuer);
}
