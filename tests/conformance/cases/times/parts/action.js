const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(time.year(), time.day(), time.hour(), time.minute(), time.second(), time.yearDay());
}
