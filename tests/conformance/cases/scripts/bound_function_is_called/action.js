const action = (function (ctx, api) { api.v1.claims.setClaim('ran', true); }).bind(null);
