// The organisation's metadata as claims.
function setOrgClaims(ctx, api) {
  const stored = ctx.v1.org.getMetadata();
  if (stored === undefined || stored.count == 0) return;
  stored.metadata.forEach(({ key, value }) => api.v1.claims.setClaim('org_claim_' + key, value));
}
