// hostile: global_require_giant
// what: a module whose name has four hundred million characters
// outcome: output_limit
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  require('x'.repeat(4e8));
}
