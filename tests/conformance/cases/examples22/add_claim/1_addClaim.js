function addClaim(ctx, api) {
  const { claims } = api.v1;
  claims.setClaim('year', 2023);
}
