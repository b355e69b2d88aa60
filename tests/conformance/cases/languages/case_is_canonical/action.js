function action(ctx, api) { api.setPreferredLanguage('EN-us'); }
