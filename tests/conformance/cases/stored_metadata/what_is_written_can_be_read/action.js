const { log } = require('zitadel/log');
function action(ctx, api) {
  log(ctx.v1.user.getMetadata().count);
  api.v1.user.setMetadata('team', { name: 'red' });
  const { count, metadata: [entry] } = ctx.v1.user.getMetadata();
  log('%d %s %s %d', count, entry.key, entry.value.name, entry.sequence);
}
