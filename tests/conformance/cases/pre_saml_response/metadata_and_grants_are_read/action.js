const { log } = require('zitadel/log');
function action(ctx) {
  log(ctx.v1.user.getMetadata().count, ctx.v1.org.getMetadata().metadata[0].value, ctx.v1.user.grants.count);
  log(ctx.v1.user.grants.grants[0].getOrgMetadata().metadata[0].value);
}
