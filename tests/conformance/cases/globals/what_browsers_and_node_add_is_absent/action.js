const { log } = require('zitadel/log');
function action() { log('%s', 'setTimeout setInterval setImmediate queueMicrotask fetch URL URLSearchParams TextEncoder Buffer atob btoa crypto process module exports global console WeakRef FinalizationRegistry Atomics SharedArrayBuffer WebAssembly structuredClone'.split(' ').filter((name) => name in globalThis).join(' ')); }
