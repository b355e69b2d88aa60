// hostile: loop_finally_sets_claims
// what: a finally block that would set a claim after the time is up
// outcome: timeout
// limits: timeout=0.15
// keeps: before
// sets: {"before": 1}
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  try { for (;;); } finally { api.v1.claims.setClaim('after', 'SECRET'); }
}
