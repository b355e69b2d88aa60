// hostile: regex_catastrophic_lookbehind
// what: backtracking in a lookbehind with alternatives
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  /(?<=^c(?:a|a)+)!$/.test(`b${'a'.repeat(60)}!`);
}
