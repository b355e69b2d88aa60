// hostile: live_entry_read_after_the_time_is_up
// what: an entry that throws, and a loop: the entry is read when the time is up already
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// trigger: internal-authentication/post-creation
// keeps: before
function act(ctx, api) {
  api.userGrants.push({ projectID: 'before' });
  api.userGrants.push({ get projectID() { throw new Error('SECRET'); } });
  for (;;);
}
