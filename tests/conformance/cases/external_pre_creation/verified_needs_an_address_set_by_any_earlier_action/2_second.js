function second(ctx, api) { api.setEmailVerified(true); }
