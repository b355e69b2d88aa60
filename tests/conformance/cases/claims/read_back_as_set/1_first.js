function first(ctx, api) { api.v1.claims.setClaim('o', { b: undefined, a: [new Date(0)] }); api.v1.claims.setClaim('n', null); }
