function action(ctx, api) { api.v1.attributes.setCustomAttribute('x', 'f', 1, true, 1.5, { a: 1 }, null, undefined); }
