// A new user's fields from the attributes of a SAML provider.
function prefilRegisterFromEntraId(ctx, api) {
  if (ctx.v1.externalUser.externalIdpId != 'idp-1') return;
  const said = ctx.v1.providerInfo.attributes;
  const soap = (name) => said['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/' + name];
  const display = said['http://schemas.microsoft.com/identity/claims/displayname'];
  if (soap('givenname') != undefined) api.setFirstName(soap('givenname')[0]);
  if (soap('surname') != undefined) api.setLastName(soap('surname')[0]);
  if (soap('emailaddress') != undefined) {
    api.setEmail(soap('emailaddress')[0]);
    api.setEmailVerified(true);
  }
  if (display != undefined) api.setDisplayName(display[0]);
  if (soap('name') != undefined) api.setPreferredUsername(soap('name')[0]);
}
