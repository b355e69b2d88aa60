// hostile: loop_generator_delegates
// what: a generator that delegates to itself, and whose return method loops
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  function* stubborn() { try { yield 1; } finally { for (;;) yield* [1, 2]; } }
  for (const each of (function* () { for (;;) yield* stubborn(); })()) if (each === 0) break;
}
