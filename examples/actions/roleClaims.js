// Flattens a user's grants into claims that applications without ZITADEL's own role
// format understand: "project:role" pairs, and a list of roles for each project.
//
// Trigger: complement-token/pre-userinfo

const ACTIVE = 1;

function roleClaims(ctx, api) {
  const grants = ctx.v1.user.grants;
  if (grants === null || grants.count === 0) {
    api.v1.claims.appendLogIntoClaims('the user has no grants');
    return;
  }
  const pairs = new Set();
  const projects = {};
  for (const grant of grants.grants) {
    if (grant.state !== ACTIVE) {
      continue;
    }
    const roles = projects[grant.projectName] || (projects[grant.projectName] = []);
    for (const role of grant.roles) {
      pairs.add(`${grant.projectName}:${role}`);
      if (!roles.includes(role)) {
        roles.push(role);
      }
    }
  }
  api.v1.claims.setClaim('roles', [...pairs].sort());
  api.v1.claims.setClaim('roles_by_project', projects);
}
