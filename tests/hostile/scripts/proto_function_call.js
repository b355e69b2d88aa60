// hostile: proto_function_call
// what: call, apply and bind of functions replaced
// outcome: succeeded
// realm: shared fresh
// keeps: before
for (const name of ['call', 'apply', 'bind', Symbol.hasInstance, 'toString']) Reflect.set(Function.prototype, name, () => { throw 'SECRET'; });
function act(ctx, api) {
  api.v1.claims.setClaim('before', new Date(0));
}
