var topLevel = 1;
function first() { undeclared = 1; globalThis.assigned = 1; this.ofThis = 1; Object.defineProperty(globalThis, 'defined', { value: 1 }); }
