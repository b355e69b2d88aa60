// hostile: loop_while
// what: a loop that never ends
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
// says: timeout
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  while (true); // evil
}
