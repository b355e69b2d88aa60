// hostile: syntax_html_comments
// what: HTML comments and a hashbang, which are comments in scripts
// outcome: succeeded
// sets: {"set": 1}
<!-- SECRET }
--> SECRET }
function act(ctx, api) { api.v1.claims.setClaim('set', 1); } <!-- }
