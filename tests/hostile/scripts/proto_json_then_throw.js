// hostile: proto_json_then_throw
// what: JSON.parse replaced, and an error thrown, whose account the runtime must read
// outcome: script_threw
// realm: shared fresh
// keeps: before
// says: Error: the text
Reflect.set(JSON, 'parse', () => { throw 'SECRET'; });
Reflect.set(Uint8Array.prototype.__proto__, 'subarray', () => { throw 'SECRET'; });
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw new Error('the text');
}
