function action(ctx, api) { api.v1.attributes.setCustomAttribute('x', '', ['a', 'b']); api.v1.attributes.setCustomAttribute('y', '', ...['a', 'b']); }
