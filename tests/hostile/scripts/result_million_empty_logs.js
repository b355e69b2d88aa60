// hostile: result_million_empty_logs
// what: a million log lines of nothing
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  const log = require('zitadel/log');
  for (let i = 0; i < 1e6; i++) log.info('');
}
