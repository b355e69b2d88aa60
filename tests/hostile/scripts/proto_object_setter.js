// hostile: proto_object_setter
// what: getters and setters on Object.prototype for the names that the runtime uses
// outcome: succeeded
// realm: shared fresh
// keeps: before
for (const name of ['key', 'kind', 'text', 'outcome', 'error', 'action', 'op', 'value', 'name', 'message', 'line', 'live', 'phase', 'get', 'set', 'enumerable', 'writable', '0', '1', 'toJSON', 'then', 'SECRET']) {
  Reflect.defineProperty(Object.prototype, name, { __proto__: null, get() { return 'SECRET'; }, set() { throw 'SECRET'; }, configurable: true });
}
function act(ctx, api) {
  api.v1.claims.setClaim('before', { a: [1] });
}
