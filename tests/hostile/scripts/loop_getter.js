// hostile: loop_getter
// what: a claim whose getter never returns
// outcome: timeout
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim('claim', { get SECRET() { for (;;); } }); // evil
}
