// hostile: promise_rejects_with_a_looping_error
// what: a rejection whose reason never ends to say what it is
// outcome: timeout
// limits: timeout=0.15
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw { toString() { for (;;); } };
}
