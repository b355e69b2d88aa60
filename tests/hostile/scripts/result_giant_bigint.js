// hostile: result_giant_bigint
// what: a claim that is an integer of three million digits
// outcome: invalid_value or timeout
// limits: timeout=2
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', 10n ** 1_000_000n);
}
