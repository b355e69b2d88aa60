// hostile: error_to_string_floods
// what: a thrown object whose toString leaves a microtask that never ends
// outcome: timeout or script_threw
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const more = () => Promise.resolve().then(more);
  throw { toString() { more(); return 'x'; } };
}
