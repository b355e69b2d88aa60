function first(ctx, api) { api.v1.user.setMetadata('team', 'red'); }
