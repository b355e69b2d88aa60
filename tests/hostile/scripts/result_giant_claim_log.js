// hostile: result_giant_claim_log
// what: a line of four hundred megabytes for the log claim
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  api.v1.claims.appendLogIntoClaims('x'.repeat(4e8));
}
