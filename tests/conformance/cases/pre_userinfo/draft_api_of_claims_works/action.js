const { log } = require('zitadel/log');
function action(ctx, api) {
  log(ctx.getClaims().dept);
  api.setClaim('a', 1);
  api.appendLogIntoClaims('done');
}
