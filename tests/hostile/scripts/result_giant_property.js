// hostile: result_giant_property
// what: a claim has a property whose name has ten million characters
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', { ['SECRET'.repeat(2e6)]: 1 });
}
