function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  appendLogIntoClaims('first');
  setClaim('a', 1);
}
