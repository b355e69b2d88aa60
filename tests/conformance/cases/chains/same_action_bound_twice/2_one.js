function one(ctx, api) { api.v1.claims.appendLogIntoClaims('b'); api.v1.claims.setClaim('y', true); }
