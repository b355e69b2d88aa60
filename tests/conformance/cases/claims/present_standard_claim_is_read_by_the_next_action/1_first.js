function first(ctx, api) { api.v1.claims.setClaim('name', 'Mallory'); }
