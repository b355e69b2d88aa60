const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log('' + time.weekday());
  log(`${time.weekday()}`);
  log(time.weekday() == 4);
}
