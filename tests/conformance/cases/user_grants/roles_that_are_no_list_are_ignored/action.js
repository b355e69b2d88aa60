function action(ctx, api) { api.v1.appendUserGrant({ projectId: 'p', roles: 'admin' }); api.v1.appendUserGrant({ projectId: 'q', roles: { 0: 'a' } }); }
