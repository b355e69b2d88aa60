function setEmailVerified(ctx, api) {
  api.setEmailVerified(true);
}
