function first(ctx, api) { api.v1.claims.setClaim('a', 1); }
