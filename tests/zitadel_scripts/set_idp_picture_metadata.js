// The picture of the external IdP's id_token, kept for later.
function set_idp_picture_metadata(ctx, api) {
  if (api === undefined) return;
  const picture = ctx.getClaim('picture');
  if (picture !== null) api.v1.user.appendMetadata('idpPicture', picture);
}
