function action(ctx, api) {
  api.v1.user.appendMetadata('k', null);
  api.v1.user.appendMetadata('k', undefined);
}
