function action(ctx, api) { api.v1.appendUserGrant({ projectId: 'p', projectGrantId: 'g', roles: ['a', 'b'] }); }
