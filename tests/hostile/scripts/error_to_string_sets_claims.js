// hostile: error_to_string_sets_claims
// what: a thrown object whose toString sets a claim while the failure is noted
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw { toString() { api.v1.claims.setClaim('SECRET', 1); return 'said'; } };
}
