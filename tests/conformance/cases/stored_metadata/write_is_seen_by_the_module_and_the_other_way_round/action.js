const { log } = require('zitadel/log');
const store = require('zitadel/metadata/user');
function action(ctx, api) {
  store.set('a', 1);
  api.v1.user.setMetadata('b', 2);
  log(store.get().count, ctx.v1.user.getMetadata().count);
}
