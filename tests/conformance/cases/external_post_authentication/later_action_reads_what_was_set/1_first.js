function first(ctx, api) {
  api.setFirstName('Grace');
  api.setLastName('Hopper');
  api.setNickName('amazing');
  api.setDisplayName('Grace Hopper');
  api.setPreferredLanguage('de_CH');
  api.setEmail('grace@example.org');
  api.setEmailVerified(true);
  api.setPhone('+15550100');
  api.setPhoneVerified(false);
}
