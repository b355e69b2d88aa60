function action(ctx, api) {
  api.v1.user.appendMetadata('k', '<a>&');
  api.v1.user.appendMetadata('k', '\u2028\u2029');
}
