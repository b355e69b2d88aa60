function action(ctx, api) {
  api.setEmailVerified(true);
  api.setEmailVerified('false');
  api.setEmailVerified(1);
  api.setEmailVerified([]);
  api.setEmailVerified({});
  api.setEmailVerified();
  api.setEmailVerified(undefined);
  api.setEmailVerified(null);
  api.setEmailVerified(0);
  api.setEmailVerified('');
  api.setEmailVerified(NaN);
}
