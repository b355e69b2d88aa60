const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) {
  show([ctx.v1.user.grants, ctx.v1.actor, ctx.v1.application.getClientId()]);
  show(ctx.v1.user.getMetadata());
  show(ctx.v1.org.getMetadata());
  show(ctx.v1.getUser());
  show(ctx.v1.claims);
}
