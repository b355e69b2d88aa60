// hostile: promise_with_its_own_then
// what: the returned promise has a then of its own, and a constructor that is none
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const promise = Promise.resolve();
  promise.then = () => { throw 'SECRET'; };
  Object.defineProperty(promise, 'constructor', { get() { for (;;); } });
  return promise;
}
