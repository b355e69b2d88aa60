function action(ctx, api) { api.v1.attributes.setCustomAttribute('x', '', '1'); api.v1.attributes.setCustomAttribute('x', '', '2'); }
