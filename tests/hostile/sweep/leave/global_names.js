// Names of every sort on the global object. Nothing is left: they are deleted.
var left = 1;
let alsoLeft = 2;
function leave() {
  leak = 1;
  this.__defineGetter__('legacy', () => 'leak');
  this.here = global = globalThis;
  for (let i = 0; i < 200; i++) globalThis[`leak${i}`] = globalThis[i] = i;
  for (const key of [Symbol('leak'), Symbol.for('vandal'), Symbol.toStringTag, Symbol.toPrimitive, 2 ** 32, '', '__proto__', 'constructor', 'then']) {
    Object.defineProperty(globalThis, key, { get() { leak = 2; return 'leak'; }, set() { leak = 3; }, configurable: true, enumerable: true });
  }
  (0, eval)('var byEval = 1; function functionByEval() {} let hidden = 1; class Hidden {}');
  new Function('byFunction = 1; var notGlobal = 1')();
  require = () => 'leak';
  require.leak = 1;
}
