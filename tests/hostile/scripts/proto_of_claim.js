// hostile: proto_of_claim
// what: a claim whose prototype is a Proxy, the global object, an array
// outcome: succeeded
// keeps: a b c
function act(ctx, api) {
  api.v1.claims.setClaim('a', Object.create(new Proxy({}, { get() { throw 'SECRET'; }, getPrototypeOf: () => null })));
  api.v1.claims.setClaim('b', Object.create(globalThis));
  api.v1.claims.setClaim('c', Object.setPrototypeOf([1], null));
}
