// hostile: loop_proxy_length
// what: a claim that is an array with a length trap that grows with each look
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let length = 1;
  api.v1.claims.setClaim('claim', new Proxy([], { get: (_, key) => (key === 'length' ? ++length : 'SECRET') }));
}
