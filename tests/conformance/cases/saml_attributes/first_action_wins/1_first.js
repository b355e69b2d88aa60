function first(ctx, api) { api.v1.attributes.setCustomAttribute('x', '', '1'); }
