const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log('' + time.month(), `${time.month()}`, time.month() == 1, time.month() + 1, JSON.stringify(time.month()));
}
