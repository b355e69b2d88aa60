function action(ctx, api) {
  api.v1.user.appendMetadata('k', new Map([['a', 1], ['b', 2]]));
  api.v1.user.appendMetadata('k', new Set([1, 'b']));
}
