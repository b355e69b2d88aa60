// hostile: error_null
// what: null, thrown
// outcome: script_threw
// keeps: before
// says: null
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw null; // evil
}
