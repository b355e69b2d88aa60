function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('__proto__', 1);
  setClaim('constructor', 2);
  setClaim('toString', 3);
  setClaim('toString', 4);
}
