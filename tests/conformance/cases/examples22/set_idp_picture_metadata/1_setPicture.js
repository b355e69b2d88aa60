function setPicture(ctx, api) {
  const picture = ctx.getClaim('picture');
  if (picture !== null) api.v1.user.appendMetadata('idpPicture', picture);
}
