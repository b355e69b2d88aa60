function action(ctx, api) {
  api.v1.user.appendMetadata('k', 12345678901234567890n);
  api.v1.user.appendMetadata('k', -1n);
}
