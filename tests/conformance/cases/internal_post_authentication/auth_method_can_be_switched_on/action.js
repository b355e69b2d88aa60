const { log } = require('zitadel/log');
function action(ctx) {
  switch (ctx.v1.authMethod) {
    case 'password': log('typed'); break;
    default: log('other');
  }
}
