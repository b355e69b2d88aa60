async function action(ctx, api) {
  const value = await Promise.resolve(7);
  api.v1.claims.setClaim('value', value);
}
