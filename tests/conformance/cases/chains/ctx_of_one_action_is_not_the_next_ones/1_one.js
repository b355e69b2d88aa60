function one(ctx, api) { ctx.v1.mark = 1; api.v1.mark = 1; ctx.mark = 1; }
