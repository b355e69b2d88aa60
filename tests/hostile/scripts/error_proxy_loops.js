// hostile: error_proxy_loops
// what: a thrown Proxy whose traps never return
// outcome: timeout or script_threw
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  const traps = new Proxy({}, { get: () => () => { for (;;); } });
  throw new Proxy(new Error('SECRET'), traps);
}
