function action(ctx, api) {
  const time = ctx.v1.getUser().creationDate;
  api.v1.claims.setClaim('k', ['add', 'sub', 'addDate', 'truncate', 'round', 'in', 'utc'].filter((name) => name in time));
}
