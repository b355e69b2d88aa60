const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) {
  const info = ctx.v1.providerInfo;
  show([info.getID(), info.getFirstName(), info.getEmail(), info.isEmailVerified(), info.getPhone(), info.isPhoneVerified(), info.getAvatarURL()]);
}
