const { log } = require('zitadel/log');
function action(ctx, api) {
  api.v1.user.setMetadata('team', 'red');
  log(ctx.v1.user.getMetadata().count);
}
