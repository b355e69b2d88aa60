function action(ctx, api) {
  api.v1.user.appendMetadataRaw(1, 'v');
}
