// hostile: promise_that_is_none
// what: the returned value calls itself a promise, and throws when it is asked
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  return Object.create(Promise.prototype, { then: { get() { throw 'SECRET'; } } });
}
