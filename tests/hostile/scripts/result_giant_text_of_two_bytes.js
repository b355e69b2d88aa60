// hostile: result_giant_text_of_two_bytes
// what: a claim of a hundred million letters that are not ASCII
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', 'ä'.repeat(1e8));
}
