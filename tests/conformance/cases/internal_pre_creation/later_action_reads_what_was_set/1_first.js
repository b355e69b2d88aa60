function first(ctx, api) {
  api.setFirstName('Grace');
  api.setLastName('Hopper');
  api.setNickName('amazing');
  api.setDisplayName('Grace Hopper');
  api.setPreferredLanguage('fr');
  api.setUsername('grace');
  api.setEmail('grace@example.org');
  api.setEmailVerified(false);
  api.setPhone('+15550100');
  api.setPhoneVerified(true);
}
