function action(ctx, api) {
  api.setPhoneVerified('no');
  api.setPhoneVerified(-1);
  api.setPhoneVerified(false);
  api.setPhoneVerified(null);
}
