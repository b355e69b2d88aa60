function first(ctx, api) { api.v1.claims.setClaim('level', { n: 1 }); api.v1.claims.appendLogIntoClaims('hello'); }
