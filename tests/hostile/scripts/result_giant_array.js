// hostile: result_giant_array
// what: a claim that is an array of four billion holes
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', new Array(2 ** 32 - 1));
}
