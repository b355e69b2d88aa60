function action(ctx, api) { api.setPreferredLanguage('de-CH'); }
