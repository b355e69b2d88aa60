// hostile: slow_bigint_power
// what: a power of millions of digits
// outcome: timeout
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  for (let base = 7n; ; base++) (base ** 3_000_000n).toString(); // evil
}
