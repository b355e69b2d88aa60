// hostile: promise_flood_under_a_loop
// what: microtasks that never end wait behind a loop that never ends
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const more = () => Promise.resolve().then(more);
  more();
  for (;;);
}
