function action(ctx, api) {
  api.v1.user.appendMetadata('k', Uint8Array.of(1, 2, 3));
  api.v1.user.appendMetadata('k', new Uint8Array(0));
  api.v1.user.appendMetadata('k', new ArrayBuffer(4));
}
