function action(ctx, api) { api.metadata.push({ key: 'team', value: 'Ymx1ZQ==' }); }
