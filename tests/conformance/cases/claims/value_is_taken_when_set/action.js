function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  const list = [1];
  setClaim('list', list);
  list.push(2);
}
