const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) {
  const { browserInfo, ...rest } = ctx.v1.authRequest;
  show(rest);
  log(browserInfo.userAgent, browserInfo.acceptLanguage, String(browserInfo.remoteIp));
}
