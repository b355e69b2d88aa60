// As little as an action can do: one claim.
function w1(ctx, api) {
  api.v1.claims.setClaim('k', 'v');
}
