// Remembers which application last got a token for the user, and says in the token on
// whose behalf it was issued when somebody acts for somebody else.
//
// Trigger: complement-token/pre-userinfo

function lastToken(ctx, api) {
  const client = ctx.v1.application.getClientId();
  if (client !== '') {
    api.v1.user.setMetadata('lastClient', client);
  }
  if (ctx.v1.actor !== null) {
    const chain = [];
    for (let actor = ctx.v1.actor; actor !== null; actor = actor.actor) {
      chain.push(actor.userId);
    }
    api.v1.claims.setClaim('acting', chain);
    api.v1.claims.appendLogIntoClaims(`issued to ${chain[0]} for ${ctx.v1.getUser().id}`);
  }
}
