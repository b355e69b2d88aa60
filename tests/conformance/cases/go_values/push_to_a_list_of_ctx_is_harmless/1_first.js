function first(ctx) { ctx.v1.user.grants.grants[0].roles.push('root'); ctx.v1.user.grants.grants[0].roles[0] = 'x'; }
