function action(ctx, api) {
  api.v1.claims.setClaim('roles', ctx.v1.user.grants.grants[0].roles);
  api.v1.claims.setClaim('flags', ctx.v1.user.getMetadata().metadata[3].value);
  api.v1.claims.setClaim('all', ctx.v1.claims);
}
