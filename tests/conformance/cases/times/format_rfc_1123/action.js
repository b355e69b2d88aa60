const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  log(time.format('Mon, 02 Jan 2006 15:04:05 MST'));
}
