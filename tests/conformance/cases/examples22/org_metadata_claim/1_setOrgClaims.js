function setOrgClaims(ctx, api) {
  const result = ctx.v1.org.getMetadata();
  if (result === undefined || result.count === 0) return;
  result.metadata.forEach((entry) => api.v1.claims.setClaim('org_claim_' + entry.key, entry.value));
}
