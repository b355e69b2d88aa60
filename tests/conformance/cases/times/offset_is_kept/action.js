const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(`${time}`);
  log(JSON.stringify(time), time.hour(), time.unix());
}
