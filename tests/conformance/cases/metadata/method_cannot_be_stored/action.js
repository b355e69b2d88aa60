function action(ctx, api) {
  api.v1.user.appendMetadata('k', { a: 1, toJSON() { return 1; } });
}
