function action(ctx, api) { api.metadata.push({ key: 'a', value: 1 }); api.v1.user.appendMetadata('b', 2); api.metadata.push({ key: 'c', value: 3 }); }
