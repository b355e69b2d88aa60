// hostile: global_stack_brink_modules
// what: modules, random numbers and log lines asked for at the very end of the stack
// outcome: succeeded
// keeps: last
function act(ctx, api) {
  let n = 0;
  const deep = () => { try { deep(); } catch { if (n++ < 300) { require('zitadel/log').info('SECRET'); require('zitadel/uuid').v4(); } } };
  try { deep(); } catch { n = 0; }
  api.v1.claims.setClaim('last', require('zitadel/uuid').v4().length);
}
