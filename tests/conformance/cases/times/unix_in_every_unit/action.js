const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(time.unix(), time.unixMilli(), time.unixMicro(), new Date(time.unixMilli()).toISOString());
}
