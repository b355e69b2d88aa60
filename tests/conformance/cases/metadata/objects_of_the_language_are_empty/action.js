function action(ctx, api) {
  api.v1.user.appendMetadata('k', /x/);
  api.v1.user.appendMetadata('k', new Error('x'));
  api.v1.user.appendMetadata('k', Promise.resolve(1));
  api.v1.user.appendMetadata('k', new String('x'));
}
