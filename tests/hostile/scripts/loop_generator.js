// hostile: loop_generator
// what: a generator that yields for ever, spread into an array that is not kept
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  function* endless() { for (;;) yield 'SECRET'; }
  for (const each of endless()) if (each === '') break;
}
