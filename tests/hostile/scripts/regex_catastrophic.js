// hostile: regex_catastrophic
// what: a regular expression that backtracks exponentially
// outcome: timeout
// limits: timeout=0.15
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  /^(a+)+$/.test(`${'a'.repeat(60)}b`); // evil
}
