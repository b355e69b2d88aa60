// The organisation's metadata as attributes.
function setOrgAttribute(ctx, api) {
  const stored = ctx.v1.org.getMetadata();
  if (stored === undefined || stored.count == 0) return;
  stored.metadata.forEach(({ key, value }) => api.v1.attributes.setCustomAttribute('org_attribute_' + key, '', value));
}
