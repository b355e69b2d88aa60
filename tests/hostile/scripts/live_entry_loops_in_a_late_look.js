// hostile: live_entry_loops_in_a_late_look
// what: a microtask that was left behind pushes an entry that never ends to be read
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before' });
  Promise.resolve().then(() => { api.v1.appendUserGrant({ projectId: 'late' }); api.userGrants.push({ get projectID() { for (;;); } }); });
}
