// hostile: result_giant_typed_array
// what: a claim that is a typed array of eight million numbers
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  api.v1.claims.setClaim('claim', new Float64Array(2 ** 23));
}
