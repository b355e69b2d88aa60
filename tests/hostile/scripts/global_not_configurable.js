// hostile: global_not_configurable
// what: globals that cannot be deleted again
// outcome: succeeded
// realm: shared fresh
// sets: {"set": 1}
for (const name of ['SECRET', 'SECRET_b', Symbol.for('SECRET')]) Object.defineProperty(globalThis, name, { value: 1, configurable: false });
function act(ctx, api) { api.v1.claims.setClaim('set', 1); }
