// As above, with nothing behind it. The isolate is given up.
function leave() { globalThis.__proto__ = null; }
