function action(ctx, api) {
  api.v1.user.appendMetadata('k', 'de');
  api.v1.user.appendMetadata('k', '');
  api.v1.user.appendMetadata('k', 'ä🏝');
  api.v1.user.appendMetadata('k', 'a\"b\\c\n\t\u0001');
}
