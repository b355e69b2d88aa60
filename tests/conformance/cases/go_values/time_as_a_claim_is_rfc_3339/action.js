function action(ctx, api) { api.v1.claims.setClaim('since', ctx.v1.getUser().creationDate); }
