const { log } = require('zitadel/log');
const show = (value) => log(JSON.stringify(value));
function action(ctx) {
  show(['iss', 'email_verified', 'groups', 'auth_time', 'address'].map((name) => ctx.getClaim(name)));
}
