function action(ctx, api) {
  api.setLastName(42);
  api.setLastName(1.5);
  api.setLastName(true);
  api.setLastName({ a: 1 });
  api.setLastName([1, 2]);
  api.setLastName({ toString: () => 'own' });
  api.setLastName(new String('boxed'));
  api.setLastName('a', 'extra');
  api.setLastName(12n);
}
