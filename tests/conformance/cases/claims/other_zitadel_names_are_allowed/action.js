function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('urn:zitadel:other', 1);
  setClaim('urn:zitadel:action:mine', 2);
  setClaim('URN:ZITADEL:IAM:x', 3);
}
