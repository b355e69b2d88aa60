function action(ctx, api) { api.v1.appendUserGrant({ projectId: 'p', roles: ctx.v1.getUser().loginNames }); }
