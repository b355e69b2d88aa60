function action(ctx, api) { api.v1.appendUserGrant({ projectId: 17, projectGrantId: 4 }); }
