function second(ctx, api) { api.v1.claims.setClaim('b', 2); }
