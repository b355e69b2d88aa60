// hostile: proto_own_key
// what: claims called __proto__, constructor and toString
// outcome: succeeded
// keeps: __proto__ constructor toString
function act(ctx, api) {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'SECRET']) api.v1.claims.setClaim(key, { ['__proto__']: 1 });
}
