function action(ctx, api) { api.v1.appendUserGrant({ projectId: 'p', PROJECTID: 'x', role: 'a', extra: 1 }); }
