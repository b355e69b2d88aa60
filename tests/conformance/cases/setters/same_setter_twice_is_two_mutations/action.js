function action(ctx, api) { api.setFirstName('Ada'); api.setFirstName('Grace'); }
