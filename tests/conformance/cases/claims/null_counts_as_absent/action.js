function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('a', null);
  setClaim('a', undefined);
  setClaim('a', 1);
}
