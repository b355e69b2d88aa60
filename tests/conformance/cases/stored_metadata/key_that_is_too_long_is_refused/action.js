function action(ctx, api) {
  api.v1.user.setMetadata('k'.repeat(201), 1);
}
