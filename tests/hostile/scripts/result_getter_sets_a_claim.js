// hostile: result_getter_sets_a_claim
// what: while a claim is written its getter sets the same claim: the inner one was first
// outcome: succeeded
// sets: {"claim": "inner"}
function act(ctx, api) {
  api.v1.claims.setClaim('claim', { get SECRET() { api.v1.claims.setClaim('claim', 'inner'); return 1; } });
}
