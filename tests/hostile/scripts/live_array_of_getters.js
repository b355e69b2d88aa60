// hostile: live_array_of_getters
// what: a place of a live array that is a getter, with a new entry for each look
// outcome: succeeded
// trigger: internal-authentication/post-creation
function act(ctx, api) {
  let n = 0;
  Object.defineProperty(api.userGrants, 0, { get: () => ({ projectID: `g${++n}`, roles: ['SECRET'] }), configurable: true });
}
