function action(ctx, api) { api.v1.attributes.setCustomAttribute('roles', 'urn:basic', 'a', 'b'); }
