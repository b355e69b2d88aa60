// hostile: result_million_refused_claims
// what: the same claim a million times: each refusal is a line of the log claim
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  for (let i = 0; i < 1e6; i++) api.v1.claims.setClaim('before', 'SECRET');
}
