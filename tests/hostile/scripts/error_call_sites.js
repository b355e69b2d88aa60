// hostile: error_call_sites
// what: the hook that V8 calls for the text of a stack hands out the functions on it
// outcome: succeeded
// realm: shared fresh
// sets: {"found": []}
function act(ctx, api) {
  Error.stackTraceLimit = Infinity;
  const found = [];
  Error.prepareStackTrace = (_, sites) => {
    for (const site of sites) for (const each of [site.getFunction(), site.getThis()]) if (each !== undefined && each !== globalThis && each !== act) found.push(`${each}`.slice(0, 40));
    return 'SECRET';
  };
  new Error('x').stack;
  api.v1.claims.setClaim('found', found.filter((text) => /kernel|serve|exchange|SECRET_none/.test(text)));
}
