function action(ctx, api) {
  api.v1.appendUserGrant();
}
