const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(time.format('2006-01-02T15:04:05Z07:00'));
}
