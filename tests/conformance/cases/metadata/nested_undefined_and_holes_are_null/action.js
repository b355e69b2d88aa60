function action(ctx, api) {
  api.v1.user.appendMetadata('k', { a: undefined });
  api.v1.user.appendMetadata('k', [1, undefined, , 2]);
}
