// hostile: live_entry_proxy_revoked
// what: a revoked Proxy in api.metadata
// outcome: script_threw
// trigger: internal-authentication/post-authentication
// keeps: before
function act(ctx, api) {
  api.metadata.push({ key: 'before', value: 'SECRET' });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  api.metadata.push(proxy);
}
