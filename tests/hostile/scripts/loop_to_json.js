// hostile: loop_to_json
// what: JSON.stringify calls a toJSON that never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  JSON.stringify({ toJSON() { for (;;); } });
}
