function flatRoles(ctx, api) {
  const { grants } = ctx.v1.user;
  if (grants == undefined || grants.count == 0) return;
  const flat = [];
  grants.grants.forEach((grant) => grant.roles.forEach((role) => flat.push(grant.projectId + ':' + role)));
  api.v1.claims.setClaim('my:zitadel:grants', flat);
}
