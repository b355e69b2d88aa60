function prefilRegisterFromOKTASAML(ctx, api) {
  const { attributes } = ctx.v1.providerInfo;
  api.setFirstName(attributes['givenname'][0]);
  api.setLastName(attributes['surname'][0]);
  api.setEmail(attributes['email'][0]);
  api.setEmailVerified(true);
  api.setPreferredUsername(attributes['email'][0]);
}
