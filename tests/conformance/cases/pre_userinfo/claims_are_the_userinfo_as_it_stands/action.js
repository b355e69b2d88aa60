const { log } = require('zitadel/log');
function action(ctx) {
  const { claims } = ctx.v1;
  log(claims.sub, claims.email, claims.dept, claims['urn:zitadel:iam:user:resourceowner:id'], claims.picture === undefined);
}
