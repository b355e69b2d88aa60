// hostile: slow_json_stringify
// what: JSON.stringify of a graph in which each level is named twice
// outcome: timeout or script_threw
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let node = { SECRET: 1 };
  for (let i = 0; i < 40; i++) node = [node, node];
  JSON.stringify(node);
}
