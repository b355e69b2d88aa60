// hostile: global_require_prototype
// what: modules named after what every object has
// outcome: module_not_found
// keeps: before
// control: succeeded
function act(ctx, api) {
  for (const name of ['constructor', '__proto__', 'toString', 'fs', 'node:fs', 'child_process', 'process', 'os', 'SECRET']) {
    try { require(name); api.v1.claims.setClaim('found', name); } catch { api.v1.claims.setClaim('before', 1); }
  }
  require('SECRET'); // evil
}
