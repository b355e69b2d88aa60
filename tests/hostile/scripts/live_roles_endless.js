// hostile: live_roles_endless
// what: a grant whose roles are an array without end
// outcome: output_limit
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.v1.appendUserGrant({ projectId: 'before', roles: ['SECRET'] });
  api.v1.appendUserGrant({ projectId: 'b', roles: new Array(2 ** 32 - 1) });
}
