// hostile: result_refused_in_a_microtask
// what: the refusal of too much reaches only a microtask, where nobody hears of it
// outcome: output_limit
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  Promise.resolve().then(() => api.v1.claims.setClaim('claim', 'x'.repeat(2 ** 22)));
}
