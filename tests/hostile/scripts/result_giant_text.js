// hostile: result_giant_text
// what: a claim of four hundred megabytes
// outcome: output_limit
// realm: shared fresh
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  api.v1.claims.setClaim('claim', 'x'.repeat(4e8)); // evil
}
