// hostile: proto_everything
// what: every function of every built-in replaced by one that gives an object
// outcome: succeeded or script_threw
// realm: shared fresh
const { ownKeys, set, getOwnPropertyDescriptor } = Reflect;
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const { Object: O, Array: A, String: S, Number: N, RegExp: R, Map: M, Set: T, Promise: P, JSON: J, Math: H, Error: E, Function: F, Uint8Array: U, Reflect: L, Symbol: Y, Date: D, BigInt: B } = globalThis;
  for (const each of [O, A, S, N, R, M, T, P, J, H, E, F, U, L, Y, D, B]) for (const object of [each, each.prototype]) {
    if (object === undefined) continue;
    for (const key of ownKeys(object)) if (typeof getOwnPropertyDescriptor(object, key).value === 'function') set(object, key, () => ({ SECRET: 1 }));
  }
  api.v1.claims.setClaim('after', 'SECRET');
}
