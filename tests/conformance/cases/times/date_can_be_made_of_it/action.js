const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(new Date(time).getTime() === time.unixMilli());
}
