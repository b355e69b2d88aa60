function action(ctx, api) { api.v1.attributes.setCustomAttribute('alone'); }
