// hostile: promise_left_behind_sets_claims
// what: microtasks that set claims after the action has returned: they count, in their order
// outcome: succeeded
// realm: shared fresh
// sets: {"first": 1, "second": 2, "third": 3}
function act(ctx, api) {
  Promise.resolve().then(() => api.v1.claims.setClaim('second', 2)).then(() => null).then(() => api.v1.claims.setClaim('third', 3));
  api.v1.claims.setClaim('first', 1);
}
