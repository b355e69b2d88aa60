// hostile: result_strange_text
// what: half surrogates, NUL, U+2028 and bytes of every sort in keys and values
// outcome: succeeded
// realm: shared fresh
// keeps: before
function act(ctx, api) {
  const strange = '\ud800SECRET\udfff\0\u2028\u2029\ufeff\u0085\u007f\ud83d\ude00\uffff';
  api.v1.claims.setClaim('before', strange);
  api.v1.claims.setClaim(strange, { [strange]: [strange, Symbol(strange)] });
  api.v1.claims.appendLogIntoClaims(strange);
  api.v1.claims.setClaim(strange, 'again');
  require('zitadel/log').info(strange, strange);
  api.v1.user.setMetadata(strange, strange);
}
