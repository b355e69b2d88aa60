function action(ctx, api) { api.setPreferredLanguage('en_US'); }
