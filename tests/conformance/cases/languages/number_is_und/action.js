function action(ctx, api) { api.setPreferredLanguage(42); }
