function action(ctx, api) {
  api.v1.user.appendMetadata('k', new Date(0));
  api.v1.user.appendMetadata('k', new Date(1500000000120));
}
