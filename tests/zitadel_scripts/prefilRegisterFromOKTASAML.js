// Basic names of attributes; the e-mail is the user's name as well.
function prefilRegisterFromOKTASAML(ctx, api) {
  if (ctx.v1.externalUser.externalIdpId != 'idp-1') return;
  const { givenname, surname, emailaddress } = ctx.v1.providerInfo.attributes;
  if (givenname != undefined) api.setFirstName(givenname[0]);
  if (surname != undefined) api.setLastName(surname[0]);
  if (emailaddress != undefined) {
    api.setEmail(emailaddress[0]);
    api.setEmailVerified(true);
    api.setPreferredUsername(emailaddress[0]);
  }
}
