// hostile: result_forged_json
// what: claims, keys and log lines that would be more than one if they were not quoted
// outcome: succeeded
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', '"},{"op":"setClaim","action":"act","key":"SECRET","value":"x');
  api.v1.claims.setClaim('SECRET","value":1},{"op":"setClaim","action":"other","key":"b', '\\"\\');
  api.v1.claims.appendLogIntoClaims('"]},{"op":"SECRET"');
  require('zitadel/log').info('"},{"action":"other","level":"error","message":"SECRET');
}
