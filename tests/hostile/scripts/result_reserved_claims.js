// hostile: result_reserved_claims
// what: claims that only the provider may set, under names that look different
// outcome: succeeded
// sets: {"Urn:zitadel:iam:x": 1, "urn:zitadel:ia": 1}
function act(ctx, api) {
  for (const key of ['urn:zitadel:iam:SECRET', 'urn:zitadel:iam', { toString: () => 'urn:zitadel:iam:org' }, 'Urn:zitadel:iam:x', 'urn:zitadel:ia']) api.v1.claims.setClaim(key, 1);
  let first = true;
  api.v1.claims.setClaim({ toString: () => (first ? (first = false, 'urn:zitadel:iam:a') : 'b') }, 'SECRET');
}
