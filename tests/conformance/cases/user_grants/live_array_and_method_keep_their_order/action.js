function action(ctx, api) {
  api.userGrants.push({ projectID: 'one', roles: ['a'] });
  api.v1.appendUserGrant({ projectId: 'two' });
  api.userGrants.push({ projectID: 'three' });
}
