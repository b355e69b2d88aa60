// hostile: proto_to_json_for_good
// what: every object gets a toJSON that cannot be taken away again, and never returns
// outcome: succeeded or timeout
// realm: shared fresh
// limits: timeout=0.15
Reflect.defineProperty(Object.prototype, 'toJSON', { value() { for (;;); }, configurable: false });
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
}
