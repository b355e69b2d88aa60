function action(ctx, api) {
  api.v1.user.appendMetadata('k', { a: Infinity });
}
