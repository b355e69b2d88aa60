// hostile: promise_never_settles
// what: the action returns a promise that never settles
// outcome: timeout
// realm: shared fresh
// limits: timeout=5
// keeps: before
// says: never settles
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  return new Promise(() => {}); // evil
}
