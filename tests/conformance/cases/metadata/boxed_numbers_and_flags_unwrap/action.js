function action(ctx, api) {
  api.v1.user.appendMetadata('k', Object(1));
  api.v1.user.appendMetadata('k', Object(false));
}
