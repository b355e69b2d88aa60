const { log } = require('zitadel/log');
function action(ctx) {
  const roles = ctx.v1.user.grants.grants.flatMap(({ projectId, roles }) => roles.map((role) => `${projectId}:${role}`));
  log(roles.join(' '), [...ctx.v1.getUser().loginNames].length, ctx.v1.user.grants.grants.find((grant) => grant.projectName === 'Shop').id);
}
