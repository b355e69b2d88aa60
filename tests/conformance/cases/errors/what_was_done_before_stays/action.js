function action(ctx, api) {
  api.v1.user.setMetadata('k', 1);
  throw 'late';
}
