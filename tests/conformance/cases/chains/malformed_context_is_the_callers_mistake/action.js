function action(ctx) { ctx.v1.getUser(); }
