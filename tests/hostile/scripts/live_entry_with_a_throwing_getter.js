// hostile: live_entry_with_a_throwing_getter
// what: an entry of api.userGrants whose project throws when it is read
// outcome: script_threw
// realm: shared fresh
// trigger: internal-authentication/post-creation
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before' });
  api.userGrants.push({ get projectID() { throw new Error('SECRET'); } }); // evil
}
