function action(ctx, api) {
  api.setPreferredUsername(undefined);
}
