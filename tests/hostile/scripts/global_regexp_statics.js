// hostile: global_regexp_statics
// what: the last match of a regular expression, which V8 keeps for whoever asks next
// outcome: succeeded
// sets: {"found": true}
function act(ctx, api) {
  /S(E)CRET\w*/.exec('a SECRET b');
  api.v1.claims.setClaim('found', RegExp.$1 === 'E');
}
