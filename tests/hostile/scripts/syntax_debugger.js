// hostile: syntax_debugger
// what: the debugger statement, with nobody there to debug
// outcome: succeeded
// sets: {"set": 1}
function act(ctx, api) { debugger; api.v1.claims.setClaim('set', 1); }
