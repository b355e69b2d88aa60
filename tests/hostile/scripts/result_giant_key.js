// hostile: result_giant_key
// what: the key of a claim has four hundred million characters
// outcome: output_limit
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  api.v1.claims.setClaim('x'.repeat(4e8), 1);
}
