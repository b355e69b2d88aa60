// hostile: result_proxy_revoked
// what: a claim that is a revoked Proxy
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  api.v1.claims.setClaim('claim', proxy);
}
