// hostile: error_getters_throw
// what: an error whose every part throws
// outcome: script_threw
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const error = new Error('x');
  for (const key of ['message', 'stack', 'name', 'constructor', 'toString', 'cause', Symbol.toPrimitive, Symbol.toStringTag]) Object.defineProperty(error, key, { get() { throw error; } });
  throw error;
}
