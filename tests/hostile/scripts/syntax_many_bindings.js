// hostile: syntax_many_bindings
// what: twenty thousand functions at top level
// outcome: succeeded
// sets: {"set": 1}
/*REPEAT 20000 function f$N() {} */
function act(ctx, api) { api.v1.claims.setClaim('set', 1); /* SECRET */ }
