function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('f', false);
  setClaim('f', 1);
  setClaim('z', 0);
  setClaim('z', 1);
  setClaim('e', '');
  setClaim('e', 1);
}
