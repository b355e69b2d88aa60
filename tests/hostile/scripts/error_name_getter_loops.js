// hostile: error_name_getter_loops
// what: a thrown error whose name never ends to be read
// outcome: timeout or script_threw
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw Object.defineProperty(new Error('x'), 'name', { get() { for (;;); } });
}
