function action(ctx, api) { api.v1.claims.setClaim('who', ctx.v1.getUser().human); }
