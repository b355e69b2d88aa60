// hostile: result_giant_map
// what: a claim that is a Map of two million entries
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const map = new Map();
  for (let i = 0; i < 1_100_000; i++) map.set(i, i);
  api.v1.claims.setClaim('claim', map);
}
