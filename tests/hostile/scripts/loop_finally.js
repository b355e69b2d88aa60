// hostile: loop_finally
// what: each finally block goes on with the loop that it ends
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (;;) { try { throw 'SECRET'; } catch { continue; } finally { for (;;) { try { for (;;); } finally { continue; } } } }
}
