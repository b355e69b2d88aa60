function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('urn:zitadel:iam:org:id', 'x');
  setClaim('urn:zitadel:iam', 'x');
  setClaim('urn:zitadel:iamx', 'x');
}
