// A name that cannot be deleted. The isolate is given up.
function leave() { Object.defineProperty(globalThis, 'leak', { value: 1 }); }
