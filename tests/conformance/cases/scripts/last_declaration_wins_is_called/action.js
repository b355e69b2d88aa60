function action() { throw 'the first'; }
function action(ctx, api) { api.v1.claims.setClaim('ran', true); }
