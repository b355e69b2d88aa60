// hostile: slow_sort
// what: sorting a million objects with a comparison that cannot decide
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  for (;;) Array.from({ length: 1e5 }, () => ({})).sort(() => Math.random() - 0.5);
}
