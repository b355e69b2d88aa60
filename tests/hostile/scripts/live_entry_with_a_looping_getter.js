// hostile: live_entry_with_a_looping_getter
// what: an entry of api.userGrants whose project never ends to be read
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before', roles: ['SECRET'] });
  api.userGrants.push({ get projectID() { for (;;); } }); // evil
}
