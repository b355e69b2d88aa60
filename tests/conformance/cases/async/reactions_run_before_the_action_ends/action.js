function action(ctx, api) {
  Promise.resolve(1).then((n) => n + 1).then((n) => api.v1.claims.setClaim('n', n));
}
