// hostile: error_symbol
// what: a thrown symbol
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw Symbol('SECRET');
}
