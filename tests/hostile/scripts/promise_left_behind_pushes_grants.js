// hostile: promise_left_behind_pushes_grants
// what: microtasks that push into a live array after the action has returned: they count
// outcome: succeeded
// realm: shared fresh
// trigger: internal-authentication/post-creation
// keeps: first late
function act(ctx, api) {
  api.userGrants.push({ projectID: 'first', roles: [] });
  Promise.resolve().then(() => api.userGrants.push({ projectID: 'late', roles: ['SECRET'] }));
}
