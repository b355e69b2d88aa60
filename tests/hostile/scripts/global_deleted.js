// hostile: global_deleted
// what: every global is deleted
// outcome: succeeded
// realm: shared fresh
// sets: {"before": 1, "after": {"a": [1, "\u0000<"]}}
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const { ownKeys, deleteProperty } = Reflect, global = globalThis;
  const keys = ownKeys(global);
  for (let i = 0; i < keys.length; i++) deleteProperty(global, keys[i]);
  api.v1.claims.setClaim('after', { a: [1, '\0<'] }); // SECRET
}
