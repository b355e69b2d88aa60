// Roles with the number that the granting organisation has in another system.
function groups(ctx, api) {
  const { grants } = ctx.v1.user;
  if (grants == undefined || grants.count == 0) return;
  const found = [];
  grants.grants.forEach((grant) => {
    const number = grant.getOrgMetadata().metadata.find((entry) => entry.key == 'crm-id');
    if (number) grant.roles.forEach((role) => found.push(role + ':' + number.value));
  });
  api.v1.claims.setClaim('groups', found);
}
