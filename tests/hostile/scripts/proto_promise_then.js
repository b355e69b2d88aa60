// hostile: proto_promise_then
// what: Promise.prototype.then and the species of promises replaced
// outcome: succeeded
// realm: shared fresh
// sets: {"before": 1, "after": 2}
Reflect.set(Promise.prototype, 'then', () => { throw 'SECRET'; });
Reflect.defineProperty(Promise, Symbol.species, { get() { throw 'SECRET'; } });
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  await null;
  api.v1.claims.setClaim('after', 2);
}
