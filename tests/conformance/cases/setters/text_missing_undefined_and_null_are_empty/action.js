function action(ctx, api) {
  api.setFirstName();
  api.setFirstName(undefined);
  api.setFirstName(null);
}
