const { log } = require('zitadel/log');
function action(ctx, api) {
  api.v1.user.setMetadata('a', true);
  log(ctx.v1.user.getMetadata().metadata[0].value);
}
