// hostile: global_replaced
// what: every global is replaced by null, for good
// outcome: succeeded
// realm: shared fresh
// sets: {"before": 1, "after": {"a": 1}}
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const { ownKeys, defineProperty } = Reflect, global = globalThis;
  const keys = ownKeys(global);
  for (let i = 0; i < keys.length; i++) defineProperty(global, keys[i], { value: null, writable: false, configurable: false });
  api.v1.claims.setClaim('after', { a: 1 }); // SECRET
}
