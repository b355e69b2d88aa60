// hostile: live_entry_in_the_chain
// what: an entry with a getter that leaves a microtask without end: nobody else's time
// outcome: timeout
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// then: function next(ctx, api) { api.v1.appendUserGrant({ projectId: 'next' }) }
// keeps: before
function act(ctx, api) {
  const more = () => Promise.resolve().then(more);
  api.userGrants.push({ get projectID() { more(); return 'before'; } });
}
