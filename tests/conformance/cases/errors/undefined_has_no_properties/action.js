function action(ctx) {
  return ctx.v1.nothing.at;
}
