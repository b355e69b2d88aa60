// hostile: syntax_return_at_top_level
// what: a return before the function is found: it is another function, of the same script
// outcome: succeeded
// sets: {"other": 1}
function act() { throw 'SECRET'; }
return (ctx, api) => api.v1.claims.setClaim('other', 1);
