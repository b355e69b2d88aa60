// hostile: global_absent
// what: what would be a clock, a channel or native code between runs is not there
// outcome: succeeded
// realm: shared fresh
// sets: {"found": []}
function act(ctx, api) {
  const names = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Worker', 'process', 'Deno', 'fetch', 'XMLHttpRequest', 'setTimeout', 'performance', 'gc', 'd8', 'load', 'read', 'quit', 'exchange', 'receive', 'send', 'drain', 'note', 'random', 'kernel', 'ShadowRealm', 'queueMicrotask'];
  api.v1.claims.setClaim('found', names.filter((name) => name in globalThis || eval(`typeof ${name}`) !== 'undefined')); // SECRET
}
