function action(ctx, api) {
  api.v1.user.appendMetadata('k', 1);
  api.v1.user.appendMetadata('k', 1.5);
  api.v1.user.appendMetadata('k', -0);
  api.v1.user.appendMetadata('k', 1e21);
  api.v1.user.appendMetadata('k', 1e-7);
  api.v1.user.appendMetadata('k', 100000000000000000000);
  api.v1.user.appendMetadata('k', 9007199254740993);
  api.v1.user.appendMetadata('k', true);
  api.v1.user.appendMetadata('k', false);
}
