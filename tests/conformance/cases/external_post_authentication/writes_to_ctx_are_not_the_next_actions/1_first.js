function first(ctx) {
  ctx.accessToken = 'stolen';
  ctx.v1.externalUser.human.firstName = 'Mallory';
  ctx.v1.authRequest.userId = 'u-2';
  ctx.v1.providerInfo.email = 'mallory@example.org';
}
