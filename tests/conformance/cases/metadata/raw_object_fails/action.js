function action(ctx, api) {
  api.v1.user.appendMetadataRaw('k', { a: 1 });
}
