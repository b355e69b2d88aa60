var action = new Function('ctx', 'api', "api.v1.claims.setClaim('ran', true)");
