// hostile: error_stack_getter_loops
// what: a thrown error whose stack never ends to be read
// outcome: timeout or script_threw
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } }); // evil
}
