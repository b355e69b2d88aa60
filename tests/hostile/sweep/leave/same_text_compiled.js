// Compiles texts that the observer compiles too. Nothing is left: V8 would remember who
// was first, and name it in the stack of the second.
function leave() {
  for (const text of ['typeof leak', 'new Error("e").stack']) (0, eval)(text), eval(text);
  for (const text of ['return this === globalThis', 'return new Error("f").stack']) new Function(text)();
}
