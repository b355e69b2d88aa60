function action(ctx, api) {
  const { setClaim, appendLogIntoClaims } = api.v1.claims;
  setClaim('t', 'x');
  setClaim('n', 1.5);
  setClaim('b', false);
  setClaim('a', [1, ['x']]);
  setClaim('o', { z: 1, a: { y: null } });
  setClaim('big', 12345678901234567890n);
  setClaim('bytes', Uint8Array.of(1, 2, 3));
  setClaim('date', new Date(0));
}
