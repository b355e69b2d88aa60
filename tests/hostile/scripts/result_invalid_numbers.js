// hostile: result_invalid_numbers
// what: a claim that JSON has no word for
// outcome: invalid_value
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', { SECRET: [Infinity, NaN] });
}
