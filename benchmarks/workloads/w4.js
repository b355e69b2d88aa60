// Waiting for somebody else: one request to a server on loopback (benchmarks/site.py), one claim.
const { fetch } = require('zitadel/http');

function w4(ctx, api) {
  const answer = fetch('http://127.0.0.1:18099/data', { headers: { Accept: 'application/json' } });
  api.v1.claims.setClaim('ext', answer.json().value);
}
