function action(ctx, api) {
  api.v1.user.appendMetadataRaw('k', new Uint8Array(0));
}
