function one(ctx, api) {
  api.setFirstName('Grace');
  api.v1.user.appendMetadata('k', 1);
  throw 'late';
}
