// hostile: result_million_claims_caught
// what: many claims, and each refusal caught
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (let i = 0; i < 2e4; i++) try { api.v1.claims.setClaim(`SECRET${i}`, i); } catch { continue; }
}
