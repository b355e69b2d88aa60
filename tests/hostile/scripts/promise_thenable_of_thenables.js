// hostile: promise_thenable_of_thenables
// what: a thenable that resolves with another thenable, without end
// outcome: timeout
// limits: timeout=0.15
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const thenable = () => ({ then(resolve) { resolve(thenable()); } });
  await thenable();
}
