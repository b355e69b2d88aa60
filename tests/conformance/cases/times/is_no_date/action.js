const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(time instanceof Date, time.getTime === undefined, typeof time);
}
