// hostile: proto_array_setter
// what: setters on Array.prototype for the first places, which cannot be taken away again
// outcome: succeeded or script_threw
// realm: shared fresh
// keeps: before
for (let i = 0; i < 10; i++) Reflect.defineProperty(Array.prototype, i, { get: () => 'SECRET', set() {}, configurable: false });
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
}
