const action = async (ctx, api) => { await null; api.v1.claims.setClaim('ran', true); };
