function addGrant(ctx, api) {
  const grant = { projectID: '1720000000000', roles: ['viewer'] };
  api.userGrants.push(grant);
}
