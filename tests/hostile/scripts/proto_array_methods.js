// hostile: proto_array_methods
// what: every method of arrays replaced by one that throws
// outcome: succeeded
// realm: shared fresh
// keeps: before
for (const key of Reflect.ownKeys(Array.prototype)) if (key !== 'constructor' && key !== 'length') Reflect.set(Array.prototype, key, () => { throw new Error('SECRET'); });
function act(ctx, api) {
  api.v1.claims.setClaim('before', { a: 1, b: [2] });
}
