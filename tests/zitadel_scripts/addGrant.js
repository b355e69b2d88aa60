// A role for every new user, by the deprecated live array.
function addGrant(ctx, api) {
  const grant = { projectID: 'p1', roles: ['reader'] };
  api.userGrants.push(grant);
}
