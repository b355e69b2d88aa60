// hostile: error_proxy_revoked
// what: a thrown Proxy that was revoked
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const { proxy, revoke } = Proxy.revocable(function SECRET() {}, {});
  revoke();
  throw proxy;
}
