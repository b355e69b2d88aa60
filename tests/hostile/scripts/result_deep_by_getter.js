// hostile: result_deep_by_getter
// what: a claim whose depth has no end, as each level is made when it is asked for
// outcome: invalid_value
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const deeper = () => ({ get SECRET() { return deeper(); } });
  api.v1.claims.setClaim('claim', deeper());
}
