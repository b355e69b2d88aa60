function first(ctx, api) { api.setEmail('grace@example.org'); }
