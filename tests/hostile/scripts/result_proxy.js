// hostile: result_proxy
// what: a claim that is a Proxy whose every answer is another
// outcome: succeeded
// keeps: claim
function act(ctx, api) {
  let n = 0;
  const claim = new Proxy({}, {
    ownKeys: () => [`SECRET${n++}`, `b${n++}`],
    getOwnPropertyDescriptor: () => ({ value: n++, enumerable: true, configurable: true }),
    get: () => n++,
    getPrototypeOf: () => (n++ % 2 ? null : Object.prototype),
  });
  api.v1.claims.setClaim('claim', claim);
}
