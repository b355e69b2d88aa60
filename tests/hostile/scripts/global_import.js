// hostile: global_import
// what: modules by import(), of files and of data
// outcome: script_threw
// realm: shared fresh
// keeps: before
async function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (const name of ['fs', 'file:///etc/passwd', 'data:text/javascript,SECRET']) {
    try { await import(name); } catch { continue; }
    api.v1.claims.setClaim('found', name);
  }
  await import({ toString() { throw new Error('SECRET'); } });
}
