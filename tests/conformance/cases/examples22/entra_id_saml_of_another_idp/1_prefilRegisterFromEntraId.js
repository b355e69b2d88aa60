function prefilRegisterFromEntraId(ctx, api) {
  if (ctx.v1.externalUser.externalIdpId != 'entra-1') return;
  const read = (name) => ctx.v1.providerInfo.attributes[name];
  const schema = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
  api.setFirstName(read(schema + 'givenname')[0]);
  api.setLastName(read(schema + 'surname')[0]);
  api.setEmail(read(schema + 'emailaddress')[0]);
  api.setEmailVerified(true);
  api.setDisplayName(read('displayName')[0]);
  api.setPreferredUsername(read(schema + 'emailaddress')[0]);
}
