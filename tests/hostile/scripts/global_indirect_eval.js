// hostile: global_indirect_eval
// what: code made from text in all the ways there are: it runs, as the script's own
// outcome: succeeded
// sets: {"set": [1, 2, 3, 4]}
async function act(ctx, api) {
  (0, eval)('var SECRET = 1; let SECRET_b = 2; const SECRET_c = 3;');
  const made = [Function('return SECRET')(), new (function* () {}).constructor('yield SECRET + 1')().next().value, await (async () => {}).constructor('return SECRET + 2')(), eval('SECRET + 3')];
  api.v1.claims.setClaim('set', made);
}
