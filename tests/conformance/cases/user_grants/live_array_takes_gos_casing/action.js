function action(ctx, api) { api.userGrants.push({ projectID: 'p', projectGrantID: 'g', roles: ['a'] }); }
