// hostile: promise_flood_then_throw
// what: a microtask that never ends, left behind by an action that throws
// outcome: script_threw or timeout
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const more = () => Promise.resolve().then(more);
  more(); // evil
  throw 'SECRET'; // evil
}
