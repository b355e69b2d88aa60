// hostile: error_to_string_throws
// what: a thrown object whose toString throws another of its kind
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const endless = () => ({ SECRET: 1, toString() { throw endless(); } });
  throw endless();
}
