// hostile: promise_thenable_loops
// what: a returned promise resolves with a thenable whose then never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  return { then() { for (;;); } };
}
