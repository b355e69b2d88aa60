const { log } = require('zitadel/log');
function action(ctx, api) {
  api.v1.user.setMetadata('team', 'red');
  const { count, metadata } = ctx.v1.user.getMetadata();
  log('%d %s', count, metadata[0].value);
}
