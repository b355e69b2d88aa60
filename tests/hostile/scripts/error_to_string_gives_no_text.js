// hostile: error_to_string_gives_no_text
// what: a thrown object whose toString and valueOf give objects
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw { toString: () => ({}), valueOf: () => [] };
}
