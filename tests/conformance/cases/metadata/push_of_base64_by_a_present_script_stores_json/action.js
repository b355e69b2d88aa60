function action(ctx, api) { if (ctx.v1) api.metadata.push({ key: 'team', value: 'Ymx1ZQ==' }); }
