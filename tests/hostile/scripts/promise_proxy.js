// hostile: promise_proxy
// what: the returned value is a Proxy whose getPrototypeOf never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  return new Proxy({}, { getPrototypeOf() { for (;;); } });
}
