// hostile: global_shared_array_buffer
// what: shared memory by ways around the missing name
// outcome: succeeded
// sets: {"found": []}
function act(ctx, api) {
  const found = [];
  try { new Function('return %AtomicsWait()')(); found.push('natives'); } catch { /* SECRET */ }
  try { eval('"use asm"; (function SECRET(stdlib) { "use asm"; function f() { return 0 } return f; })'); } catch { found.push('asm'); }
  for (const each of [ArrayBuffer, Uint8Array, Object.getPrototypeOf(Uint8Array)]) if (/Shared/.test(each.name)) found.push(each.name);
  api.v1.claims.setClaim('found', found);
}
