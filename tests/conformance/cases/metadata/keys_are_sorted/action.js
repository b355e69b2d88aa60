function action(ctx, api) {
  api.v1.user.appendMetadata('k', { b: 1, a: '<' });
  api.v1.user.appendMetadata('k', { b: { d: 1, c: 2 }, 9: 0, 10: 1 });
  api.v1.user.appendMetadata('k', {});
}
