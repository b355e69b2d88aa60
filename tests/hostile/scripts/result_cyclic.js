// hostile: result_cyclic
// what: a claim that contains itself
// outcome: invalid_value
// realm: shared fresh
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const claim = { SECRET: 1 };
  claim.claim = claim; // evil
  api.v1.claims.setClaim('claim', claim);
}
