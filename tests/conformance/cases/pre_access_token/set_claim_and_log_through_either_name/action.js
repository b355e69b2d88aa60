function action(ctx, api) {
  api.v1.claims.setClaim('a', 1);
  api.v1.userinfo.setClaim('b', 2);
  api.v1.claims.appendLogIntoClaims('one');
  api.v1.userinfo.appendLogIntoClaims('two');
}
