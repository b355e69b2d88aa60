// The global object cannot take names any more. The isolate is given up.
function leave() { leak = 1; Object.preventExtensions(globalThis); }
