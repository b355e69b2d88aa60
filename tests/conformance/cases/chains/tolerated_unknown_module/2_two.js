function two(ctx, api) { api.v1.claims.setClaim('two', true); }
