function setCustomAttribute(ctx, api) {
  const user = ctx.v1.getUser();
  api.v1.attributes.setCustomAttribute('OrgID', '', user.resourceOwner);
  const roles = [];
  ctx.v1.user.grants.grants.forEach((grant) => grant.roles.forEach((role) => roles.push(`${grant.projectId}:${role}`)));
  api.v1.attributes.setCustomAttribute('Roles', '', ...roles);
}
