function action(ctx, api) { api.setPreferredLanguage('zh-hant-tw'); }
