function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim(7, 'x');
  setClaim({ toString: () => 'k' }, 'y');
}
