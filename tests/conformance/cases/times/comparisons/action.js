const { log } = require('zitadel/log');
function action(ctx) {
  const time = ctx.v1.getUser().creationDate;
  const later = ctx.v1.getUser().changeDate;
  log(time.before(later), time.after(later), time.equal(later), time.equal(time), time.compare(later));
}
