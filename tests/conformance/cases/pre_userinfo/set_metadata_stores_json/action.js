function action(ctx, api) { api.v1.user.setMetadata('last', { z: '<b>', a: [1, true, null] }); }
