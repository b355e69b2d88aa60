// hostile: result_giant_log_line
// what: a log line of four hundred megabytes
// outcome: output_limit
// keeps: before
// control: succeeded
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  require('zitadel/log').info('x'.repeat(4e8)); // evil
}
