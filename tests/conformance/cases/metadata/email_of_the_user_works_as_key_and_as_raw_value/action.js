function action(ctx, api) {
  const { email } = ctx.v1.user.human;
  api.v1.user.appendMetadata(email, 1);
  api.v1.user.appendMetadataRaw('mail', email);
}
