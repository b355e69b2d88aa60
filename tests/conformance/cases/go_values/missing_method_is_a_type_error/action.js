const { log } = require('zitadel/log');
function action(ctx) {
  try {
    ctx.v1.getUser().nope();
  } catch (error) {
    log(error instanceof TypeError);
  }
}
