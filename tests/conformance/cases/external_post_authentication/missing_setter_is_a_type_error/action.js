function action(ctx, api) {
  api.setGender(1);
}
