function action(ctx, api) {
  const { setClaim } = api.v1.claims;
  setClaim('a', setClaim);
}
