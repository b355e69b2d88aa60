function first(ctx, api) { Promise.resolve().then(() => api.v1.claims.setClaim('a', 1)); }
