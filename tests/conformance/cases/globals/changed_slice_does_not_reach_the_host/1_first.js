Array.prototype.slice = () => [];
function first(ctx, api) {
  api.v1.claims.setClaim('a', { list: [1] });
  api.v1.user.setMetadata('k', 'v');
}
