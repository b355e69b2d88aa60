// hostile: global_on_a_proxy
// what: the global object's prototype is a Proxy that never returns
// outcome: succeeded or script_threw
// realm: shared fresh
// limits: timeout=0.5
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  Object.setPrototypeOf(globalThis, new Proxy({}, { has() { for (;;); }, get() { for (;;); } }));
}
