// hostile: error_deep_stack
// what: an endless stack limit and a deep recursion
// outcome: script_threw
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  Error.stackTraceLimit = Infinity;
  (function SECRET(depth) { if (depth === 0) throw new Error('SECRET'); SECRET(depth - 1); })(5000);
}
