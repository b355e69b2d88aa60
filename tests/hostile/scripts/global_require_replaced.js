// hostile: global_require_replaced
// what: require is replaced, made a getter, and asked for what is not there
// outcome: module_not_found
// realm: shared fresh
// keeps: before
const before = require;
require = () => 'SECRET';
Reflect.defineProperty(globalThis, 'require', { get() { for (;;); } });
function act(ctx, api) {
  api.v1.claims.setClaim('before', require());
  before('../SECRET/etc/passwd');
}
