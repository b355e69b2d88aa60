// hostile: live_entry_is_deaf_after_the_time_is_up
// what: an entry that does not listen, read when the time is up already
// outcome: timeout
// limits: timeout=0.1
// trigger: internal-authentication/post-creation
function act(ctx, api) {
  api.userGrants.push({ get projectID() { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 'SECRET'); } });
  for (;;);
}
