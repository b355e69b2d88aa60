function second(ctx, api) { api.v1.attributes.setCustomAttribute('x', '', '2'); api.v1.attributes.setCustomAttribute('y', '', '3'); }
