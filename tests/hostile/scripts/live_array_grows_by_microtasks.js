// hostile: live_array_grows_by_microtasks
// what: each entry leaves a microtask that adds another, when it is read
// outcome: output_limit or timeout
// limits: timeout=0.3
// trigger: internal-authentication/post-creation
function act(ctx, api) {
  const entry = () => ({ get projectID() { Promise.resolve().then(() => { api.userGrants.push(entry()); api.v1.appendUserGrant({ projectId: 'SECRET'.repeat(1000) }); }); return 'before'; } });
  api.userGrants.push(entry());
}
