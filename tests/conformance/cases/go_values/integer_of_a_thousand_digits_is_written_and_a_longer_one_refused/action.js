function action(ctx, api) {
  api.v1.claims.setClaim('k', 10n ** 20n);
  api.v1.claims.setClaim('long', 10n ** 1000n);
}
