// Nobody's e-mail needs to be verified.
function setEmailVerified(ctx, api) {
  api.setEmailVerified(true);
}
