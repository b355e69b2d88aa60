function setOrgAttribute(ctx, api) {
  ctx.v1.org.getMetadata().metadata.forEach(({ key, value }) => {
    api.v1.attributes.setCustomAttribute(`org_attribute_${key}`, '', value);
  });
}
