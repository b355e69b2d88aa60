// hostile: proto_well_formed
// what: the methods that make a text well-formed give an object, or what was there
// outcome: succeeded
// realm: shared fresh
// keeps: before
Reflect.set(String.prototype, 'isWellFormed', () => true);
Reflect.set(String.prototype, 'toWellFormed', () => ({ SECRET: 1 }));
function act(ctx, api) {
  api.v1.claims.setClaim('before', '\ud800');
  api.v1.claims.setClaim('\udc00', 1);
  api.v1.user.setMetadata('\udc00', '\ud800');
  require('zitadel/log').info('\ud800');
}
