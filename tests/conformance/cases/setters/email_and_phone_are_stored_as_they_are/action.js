function action(ctx, api) {
  api.setEmail(' Ada@Example.ORG ');
  api.setEmail('no address');
  api.setEmail();
}
