function action(ctx, api) {
  api.v1.claims.setClaim('a', 1);
  api.v1.claims.setClaim('b', 'x'.repeat(1024 * 1024));
}
