const { log } = require('zitadel/log');
function action(ctx) {
  const claims = JSON.parse(ctx.claimsJSON());
  log(typeof ctx.claimsJSON(), claims.sub, claims.groups.length, Object.keys(claims).length);
}
