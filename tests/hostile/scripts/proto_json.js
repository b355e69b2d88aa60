// hostile: proto_json
// what: JSON.stringify and JSON.parse replaced
// outcome: succeeded
// realm: shared fresh
// keeps: before k
Reflect.set(JSON, 'stringify', () => 'SECRET"');
Reflect.set(JSON, 'parse', () => ({ SECRET: 1, steps: [] }));
function act(ctx, api) {
  api.v1.claims.setClaim('before', { a: '"' });
  api.v1.user.setMetadata('k', ['"']);
}
