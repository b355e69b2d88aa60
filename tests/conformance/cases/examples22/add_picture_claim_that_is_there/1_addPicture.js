function addPicture(ctx, api) {
  if (ctx.v1.claims.picture !== undefined) return;
  const result = ctx.v1.user.getMetadata();
  result.metadata.forEach(({ key, value }) => {
    if (key === 'idpPicture') api.v1.claims.setClaim('picture', value);
  });
}
