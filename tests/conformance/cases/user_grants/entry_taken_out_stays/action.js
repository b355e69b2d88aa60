function action(ctx, api) {
  api.v1.appendUserGrant({ projectId: 'p', roles: ['r'] });
  api.userGrants.pop();
}
