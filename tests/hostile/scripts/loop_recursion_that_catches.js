// hostile: loop_recursion_that_catches
// what: two functions call each other and catch the overflow, an exponential number of times
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const ping = () => { try { pong(); } catch { pong(); } };
  const pong = () => { try { ping(); } catch { ping(); } };
  ping();
}
