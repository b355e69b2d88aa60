const { log } = require('zitadel/log');
function action(ctx, api) {
  try {
    api.v1.user.setMetadata('k');
  } catch (error) {
    log(error.message);
  }
}
