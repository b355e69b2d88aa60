// The picture that a login left in the metadata, unless the token has one.
function add_picture_claim_from_idp_metadata(ctx, api) {
  const { claims, user } = ctx.v1;
  if (claims && claims.picture) return;
  user.getMetadata().metadata.forEach(({ key, value }) => {
    if (value && key === 'idpPicture') api.v1.claims.setClaim('picture', value);
  });
}
