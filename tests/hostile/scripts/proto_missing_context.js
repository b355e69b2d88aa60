// hostile: proto_missing_context
// what: Object.prototype fills what the context leaves out, with the wrong type: no fault of the caller
// outcome: succeeded
// realm: shared fresh
// keeps: before
Reflect.set(Object.prototype, 'user', 5);
Reflect.set(Object.prototype, 'orgMetadata', 'SECRET');
function act(ctx, api) {
  ctx.v1.getUser();
  ctx.v1.org.getMetadata();
  api.v1.claims.setClaim('before', 1);
}
