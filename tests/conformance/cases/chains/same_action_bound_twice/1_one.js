function one(ctx, api) { api.v1.claims.appendLogIntoClaims('a'); api.v1.claims.setClaim('x', true); }
