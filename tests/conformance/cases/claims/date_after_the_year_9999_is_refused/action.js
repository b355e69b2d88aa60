function action(ctx, api) {
  api.v1.claims.setClaim('a', new Date(8.64e15));
}
