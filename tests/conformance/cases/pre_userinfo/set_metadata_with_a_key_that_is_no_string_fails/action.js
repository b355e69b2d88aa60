function action(ctx, api) {
  api.v1.user.setMetadata(7, 'x');
}
