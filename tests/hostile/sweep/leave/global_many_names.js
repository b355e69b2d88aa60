// More names on the global object than it is worth to delete. The isolate is given up.
function leave() { for (let i = 0; i < 5000; i++) globalThis[`leak${i}`] = i; }
