// hostile: result_strange_text_in_a_rejection
// what: half surrogates and NUL in the text of a rejection
// outcome: script_threw
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  throw new Error('\ud800SECRET\udfff\u2028\0\uffff');
}
