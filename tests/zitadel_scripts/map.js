// Attributes by their object identifiers.
function map(ctx, api) {
  if (ctx.v1.externalUser.externalIdpId != 'idp-1') return;
  const said = ctx.v1.providerInfo.attributes;
  const setters = {
    'urn:oid:2.5.4.42': api.setFirstName,
    'urn:oid:2.5.4.4': api.setLastName,
    'urn:oid:1.3.6.1.4.1.5923.1.1.1.6': (email) => {
      api.setEmail(email);
      api.setEmailVerified(true);
    },
    'urn:oid:2.5.4.3': api.setDisplayName,
    'urn:oid:0.9.2342.19200300.100.1.1': api.setPreferredUsername,
  };
  for (const name in setters) if (said[name] != undefined) setters[name](said[name][0]);
}
