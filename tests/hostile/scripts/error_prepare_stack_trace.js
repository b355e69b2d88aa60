// hostile: error_prepare_stack_trace
// what: the hook that V8 calls for the text of a stack, as a loop
// outcome: timeout or script_threw
// realm: shared fresh
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  Error.prepareStackTrace = () => { for (;;); };
  throw new Error('SECRET');
}
