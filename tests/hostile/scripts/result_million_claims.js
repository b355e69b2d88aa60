// hostile: result_million_claims
// what: a million claims
// outcome: output_limit
// realm: shared fresh
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (let i = 0; i < 1e6; i++) api.v1.claims.setClaim(`SECRET${i}`, i); // evil
}
