function action(ctx, api) { api.setPreferredLanguage('!!!'); }
