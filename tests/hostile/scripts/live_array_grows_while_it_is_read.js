// hostile: live_array_grows_while_it_is_read
// what: each entry pushes another when it is read
// outcome: output_limit
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  const entry = () => ({ get projectID() { api.userGrants.push(entry()); return 'before'; }, roles: ['SECRET'] });
  api.userGrants.push(entry());
}
