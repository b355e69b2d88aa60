function first(ctx, api) { api.setPreferredUsername('grace'); }
