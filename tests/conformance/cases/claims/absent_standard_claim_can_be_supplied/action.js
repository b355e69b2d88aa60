function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('picture', 'https://cdn.example/a.png');
  setClaim('email_verified', true);
}
