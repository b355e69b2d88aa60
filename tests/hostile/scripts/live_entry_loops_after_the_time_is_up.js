// hostile: live_entry_loops_after_the_time_is_up
// what: an entry that never ends to be read, and a loop before it would be
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before' });
  api.userGrants.push({ get projectID() { for (;;); } });
  for (;;); // SECRET
}
