// hostile: global_frozen
// what: the global object is frozen
// outcome: succeeded
// realm: shared fresh
// sets: {"set": 1}
globalThis.SECRET = 1;
Object.freeze(globalThis);
function act(ctx, api) { api.v1.claims.setClaim('set', 1); }
