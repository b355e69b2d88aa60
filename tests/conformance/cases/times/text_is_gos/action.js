const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(`${time}`);
  log('' + time);
  log(String(time));
  log(time.toString() === time.string());
}
