function action(ctx, api) { api.v1.user.setMetadata('saml', 1); }
