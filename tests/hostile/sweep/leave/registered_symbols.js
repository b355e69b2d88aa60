// Symbols that are known to all of an isolate. Nothing is left: they are no objects, have
// no properties, and nobody can tell who named them first.
function leave() {
  for (const name of ['vandal', 'leak', '']) Symbol.for(name).description;
  globalThis[Symbol.for('vandal')] = Object(Symbol.for('vandal')).leak = 1;
  class Key { static [Symbol.for('leak')] = 1; }
  Object.prototype[Symbol.for('vandal')] = Key;
}
