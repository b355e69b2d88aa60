function action(ctx, api) {
  api.v1.user.appendMetadata('k', new (class { b = 1; a = 2; get c() { return 3; } })());
  api.v1.user.appendMetadata('k', Object.assign(['a'], { extra: 1 }));
  api.v1.user.appendMetadata('k', '\ud800');
}
