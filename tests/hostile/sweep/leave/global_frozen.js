// As above, with what it has. The isolate is given up.
function leave() { leak = 1; Object.freeze(globalThis); }
