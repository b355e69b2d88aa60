const { log } = require('zitadel/log');
function action(ctx, api) {
  try { api.v1.user.setMetadata('', 1); } catch (error) { log(error.message); }
  log(ctx.v1.user.getMetadata().count);
}
