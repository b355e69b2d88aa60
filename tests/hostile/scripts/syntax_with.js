// hostile: syntax_with
// what: with over a Proxy that has everything
// outcome: succeeded
// sets: {"set": "found"}
function act(ctx, api) {
  let claim;
  with (new Proxy({}, { has: (_, key) => key === 'SECRET_name', get: (_, key) => (key === Symbol.unscopables ? undefined : 'found') })) claim = SECRET_name;
  api.v1.claims.setClaim('set', claim);
}
