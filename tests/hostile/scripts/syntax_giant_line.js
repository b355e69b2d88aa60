// hostile: syntax_giant_line
// what: the line that throws has 400,000 characters
// outcome: script_threw
// keeps: before
function act(ctx, api) { api.v1.claims.setClaim('before', 1); '/*REPEAT 400000 x*/'; throw 'SECRET'; }
