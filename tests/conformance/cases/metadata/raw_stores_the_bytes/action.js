function action(ctx, api) {
  const { appendMetadataRaw } = api.v1.user;
  appendMetadataRaw('k', 'de');
  appendMetadataRaw('k', '"de"');
  appendMetadataRaw('k', 'ä');
  appendMetadataRaw('k', Uint8Array.of(0, 255));
  appendMetadataRaw('k', [100, 101]);
}
