// hostile: promise_rejects_with_a_proxy
// what: a rejection whose reason is a revoked Proxy
// outcome: script_threw
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const { proxy, revoke } = Proxy.revocable(new Error('SECRET'), {});
  revoke();
  throw proxy;
}
