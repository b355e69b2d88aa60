function first(ctx, api) { api.v1.appendUserGrant({ projectId: 'one', roles: ['a'] }); }
