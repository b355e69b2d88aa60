function action(ctx, api) {
  const loop = {};
  loop.self = loop;
  api.v1.user.appendMetadata('k', loop);
}
