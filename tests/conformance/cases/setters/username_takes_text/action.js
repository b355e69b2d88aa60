function action(ctx, api) {
  api.setUsername('ada');
  api.setUsername();
  api.setUsername(7);
}
