// hostile: error_message_getter_loops
// what: a thrown error whose message never ends to be read
// outcome: timeout or script_threw
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } });
}
