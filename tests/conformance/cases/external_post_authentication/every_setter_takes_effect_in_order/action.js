function action(ctx, api) {
  api.setFirstName('Grace');
  api.setLastName('Hopper');
  api.setNickName('amazing');
  api.setDisplayName('Grace Hopper');
  api.setPreferredLanguage('en-US');
  api.setPreferredUsername('grace');
  api.setEmail('grace@example.org');
  api.setEmailVerified(true);
  api.setPhone('+15550100');
  api.setPhoneVerified(false);
}
