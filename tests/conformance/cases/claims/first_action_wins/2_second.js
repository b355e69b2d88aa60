function second(ctx, api) { api.v1.claims.setClaim('a', 2); api.v1.claims.setClaim('b', 3); }
