// hostile: promise_rejects_with_a_hostile_stack
// what: a rejection whose reason is an error with a stack that throws
// outcome: script_threw
// realm: shared fresh
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const error = new Error('SECRET');
  Object.defineProperty(error, 'stack', { get() { throw new Error('SECRET', { cause: error }); } });
  throw error;
}
