function action(ctx, api) { api.userGrants.push({ projectId: 'p', roles: ['a'] }); }
