function three(ctx, api) { api.v1.claims.setClaim('three', true); }
