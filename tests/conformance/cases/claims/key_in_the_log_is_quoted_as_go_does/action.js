function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  for (const key of ['a"b', 'tab\t', 'grüße', 'nul\u0000']) {
    setClaim(key, 1);
    setClaim(key, 2);
  }
}
