function action(ctx, api) {
  api.setGender(1);
  api.setGender('2');
  api.setGender('x');
  api.setGender();
  api.setGender(undefined);
  api.setGender(null);
  api.setGender(true);
  api.setGender(2.9);
  api.setGender(-1);
  api.setGender(7);
  api.setGender(2147483648);
  api.setGender(4294967297);
  api.setGender(NaN);
  api.setGender(Infinity);
}
