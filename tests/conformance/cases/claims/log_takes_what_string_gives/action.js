function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  appendLogIntoClaims('a');
  appendLogIntoClaims(1);
  appendLogIntoClaims({});
  appendLogIntoClaims([1, 2]);
}
