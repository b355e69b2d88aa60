function first(ctx, api) { api.setGender(2); }
