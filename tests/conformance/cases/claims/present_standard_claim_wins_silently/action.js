function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('name', 'Mallory');
  setClaim('sub', 'u-2');
}
