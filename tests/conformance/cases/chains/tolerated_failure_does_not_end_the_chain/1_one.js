function one(ctx, api) {
  api.v1.claims.setClaim('one', true);
  api.v1.claims.appendLogIntoClaims('half');
  throw 'stop';
}
