// hostile: loop_proxy_traps
// what: a claim that is a Proxy whose ownKeys trap never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', new Proxy({}, { ownKeys() { for (;;); } }));
}
