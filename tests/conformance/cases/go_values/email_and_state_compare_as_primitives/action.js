const { log } = require('zitadel/log');
function action(ctx) {
  const user = ctx.v1.getUser();
  log(user.human.email == 'ada@acme.example', user.human.email === 'ada@acme.example', user.human.email.split('@')[1], user.human.email.length);
  log(user.state == 1, user.human.gender == 1, user.state + 1, `${user.human.phone}`);
}
