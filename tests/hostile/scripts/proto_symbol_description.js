// hostile: proto_symbol_description
// what: the description of a symbol is an object that gives another text each time
// outcome: succeeded
// realm: shared fresh
// keeps: before
let n = 0;
Reflect.defineProperty(Symbol.prototype, 'description', { get: () => ({ toString: () => (n++ % 2 ? 'a","b":"' : 'SECRET') }), configurable: true });
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim(Symbol('SECRET'), Symbol('b'));
}
