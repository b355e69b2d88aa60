// hostile: error_to_string_overflows
// what: a thrown object whose toString recurses without end
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw { toString() { return `SECRET${this}`; } };
}
