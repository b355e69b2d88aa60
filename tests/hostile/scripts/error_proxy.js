// hostile: error_proxy
// what: a thrown Proxy whose traps throw
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const traps = new Proxy({}, { get: () => () => { throw 'SECRET'; } });
  throw new Proxy(new Error('SECRET'), traps);
}
