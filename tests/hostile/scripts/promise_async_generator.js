// hostile: promise_async_generator
// what: an async generator that yields for ever
// outcome: timeout
// limits: timeout=0.15
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  for await (const each of (async function* () { for (;;) yield 1; })()) if (each === 0) return;
}
