function action(ctx, api) {
  api.setFirstName('Grace');
  api.setLastName('Hopper');
  api.setNickName('amazing');
  api.setDisplayName('Grace Hopper');
  api.setPreferredLanguage('en_US');
  api.setGender(1);
  api.setUsername('grace');
  api.setEmail('grace@example.org');
  api.setEmailVerified(true);
  api.setPhone('+15550100');
  api.setPhoneVerified(true);
}
