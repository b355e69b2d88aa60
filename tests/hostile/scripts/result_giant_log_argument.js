// hostile: result_giant_log_argument
// what: a log line with an argument of four hundred megabytes
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  require('zitadel/log').info('%s', 'x'.repeat(4e8));
}
