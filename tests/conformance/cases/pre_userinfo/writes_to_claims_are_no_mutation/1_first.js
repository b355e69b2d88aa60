function first(ctx) { ctx.v1.claims.dept = 'Sales'; delete ctx.v1.claims.sub; }
