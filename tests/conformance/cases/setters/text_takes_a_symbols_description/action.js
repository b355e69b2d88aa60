function action(ctx, api) {
  api.setNickName(Symbol('shy'));
}
