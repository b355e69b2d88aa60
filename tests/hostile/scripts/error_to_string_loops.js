// hostile: error_to_string_loops
// what: a thrown object that never ends to say what it is
// outcome: timeout or script_threw
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw { toString() { for (;;); } };
}
