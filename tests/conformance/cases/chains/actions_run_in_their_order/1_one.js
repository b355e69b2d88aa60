function one(ctx, api) { api.v1.claims.setClaim('one', true); }
