// All roles as a flat list.
function flatRoles(ctx, api) {
  const { grants } = ctx.v1.user;
  if (grants == undefined || grants.count == 0) return;
  const flat = [];
  grants.grants.forEach(({ projectId, roles }) => roles.forEach((role) => flat.push(`${projectId}:${role}`)));
  api.v1.claims.setClaim('my:zitadel:grants', flat);
}
