// Organisation and roles as attributes, the roles as values of one.
function setCustomAttribute(ctx, api) {
  const { attributes } = api.v1;
  attributes.setCustomAttribute('OrgID', '', ctx.v1.getUser().resourceOwner);
  const { grants } = ctx.v1.user;
  if (grants == undefined || grants.count == 0) return;
  const roles = [];
  grants.grants.forEach((grant) => grant.roles.forEach((role) => roles.push(grant.projectId + ':' + role)));
  attributes.setCustomAttribute('Roles', '', ...roles);
}
