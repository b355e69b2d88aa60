// Names come from behind the global object. The isolate is given up.
function leave() { Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: (target, key) => key === Symbol.unscopables ? undefined : 'leak' })); }
