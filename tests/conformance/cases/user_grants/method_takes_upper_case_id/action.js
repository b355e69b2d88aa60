function action(ctx, api) { api.v1.appendUserGrant({ projectID: 'p', projectGrantID: 'g', roles: ['a'] }); }
