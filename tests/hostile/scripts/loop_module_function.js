// hostile: loop_module_function
// what: a log line with an argument whose toString never returns
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  require('zitadel/log').info('%s', { toString() { for (;;); } });
}
