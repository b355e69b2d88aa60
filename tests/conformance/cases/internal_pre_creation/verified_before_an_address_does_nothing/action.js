function action(ctx, api) {
  api.setEmailVerified(true);
  api.setEmail('grace@example.org');
  api.setPhoneVerified(true);
  api.setPhone('+15550100');
}
