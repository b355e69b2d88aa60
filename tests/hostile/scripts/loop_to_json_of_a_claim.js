// hostile: loop_to_json_of_a_claim
// what: toJSON on a claim, which is not called: the value is written as Go writes it
// outcome: succeeded
// sets: {"claim": {"a": 1}}
function act(ctx, api) {
  const claim = { a: 1 };
  Object.defineProperty(claim, 'toJSON', { value() { for (;;); } });
  api.v1.claims.setClaim('claim', claim);
}
