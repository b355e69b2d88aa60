function action(ctx, api) { api.v1.appendUserGrant({ projectId: 'p', roles: ['a', 1, null, 'b', undefined, {}] }); }
