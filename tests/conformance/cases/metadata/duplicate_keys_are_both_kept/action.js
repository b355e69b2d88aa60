function action(ctx, api) { api.v1.user.appendMetadata('k', 1); api.v1.user.appendMetadata('k', 2); }
