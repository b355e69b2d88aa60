// A constant number as a claim.
function addClaim(ctx, api) {
  const claims = api.v1.claims;
  claims.setClaim('year', 2023);
}
