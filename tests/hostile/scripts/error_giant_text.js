// hostile: error_giant_text
// what: a text of thirty million characters, thrown
// outcome: script_threw or memory_limit
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw 'x'.repeat(3e7);
}
