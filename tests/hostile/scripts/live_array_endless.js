// hostile: live_array_endless
// what: a live array that is four billion places long
// outcome: invalid_value
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before' });
  api.userGrants.length = 2 ** 32 - 1;
}
