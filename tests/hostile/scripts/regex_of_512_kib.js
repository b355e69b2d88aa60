// hostile: regex_of_512_kib
// what: a regular expression of half a megabyte, compiled again for each flag
// outcome: script_threw
// keeps: before
// says: SyntaxError
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  new RegExp(`${'('.repeat(2 ** 18)}${')'.repeat(2 ** 18)}`).test('');
}
