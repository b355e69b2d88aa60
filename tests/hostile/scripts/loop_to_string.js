// hostile: loop_to_string
// what: the key of a claim is an object whose toString never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  api.v1.claims.setClaim({ toString() { for (;;); } }, 'SECRET');
}
