function action(ctx, api) {
  try {
    api.v1.claims.setClaim('a', NaN);
  } catch {
    api.v1.claims.setClaim('a', 0);
  }
}
