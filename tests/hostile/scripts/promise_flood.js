// hostile: promise_flood
// what: a promise chain that never ends, begun by an action that returns
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const more = () => Promise.resolve().then(more);
  more(); // evil
}
