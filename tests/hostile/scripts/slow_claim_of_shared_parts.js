// hostile: slow_claim_of_shared_parts
// what: a claim of forty levels, each naming the one below twice: 2**40 leaves
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let node = { SECRET: 1 };
  for (let i = 0; i < 40; i++) node = [node, node];
  api.v1.claims.setClaim('claim', node);
}
