// hostile: result_strange_text_in_an_error
// what: half surrogates and NUL in the text of an error and the name of its function
// outcome: script_threw
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const strange = '\ud800SECRET\udfff\u2028\ud83d\ude00\0\uffff';
  const thrower = { [strange]() { throw new Error(strange); } };
  Object.defineProperty(thrower[strange], 'name', { value: strange });
  thrower[strange]();
}
