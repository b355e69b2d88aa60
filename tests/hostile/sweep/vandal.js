// Tries to change everything that can be reached. MODES says in which ways.
const leak = { leak: 'leak' };
const spoil = () => 'leak';

const ATTACKS = {
  __proto__: null,

  set(object) {
    for (const key of keysOf(object)) {
      outcome(() => write(object, key, leak));
      outcome(() => { object[key] = spoil; });
    }
  },

  add(object) {
    for (const key of ['leak', Symbol.for('vandal'), 0, 'toString', 'then', 'toJSON', 'prepareStackTrace', 'stackTraceLimit', 'constructor']) {
      outcome(() => { object[key] = spoil; });
      outcome(() => write(object, key, spoil));
    }
    outcome(() => { object.leak += 'leak'; });
    outcome(() => { object.__proto__.leak = spoil; });
  },

  define(object) {
    // A lasting name would condemn the isolate, which another test wants to see.
    const lasting = object !== global;
    for (const key of [...keysOf(object), 'leak', Symbol.iterator, Symbol.toPrimitive, Symbol.species]) {
      outcome(() => defineProperty(object, key, { value: spoil, writable: true, enumerable: true, configurable: true }));
      outcome(() => defineProperty(object, key, { get: spoil, set: spoil, configurable: !lasting }));
      outcome(() => object.__defineGetter__(key, spoil));
    }
    outcome(() => Object.assign(object, { left: 'leak' }));
    outcome(() => Error.captureStackTrace(object));
  },

  delete(object) {
    for (const key of keysOf(object)) outcome(() => deleteProperty(object, key));
    outcome(() => { delete object.constructor; delete object.prototype; });
  },

  prototype(object) {
    if (object === global) return;
    for (const next of [leak, null, [], spoil]) {
      outcome(() => setPrototypeOf(object, next));
      outcome(() => { object.__proto__ = next; });
      outcome(() => { object.prototype = next; });
    }
  },

  close(object) {
    if (object === global) return;
    outcome(() => preventExtensions(object));
    outcome(() => Object.seal(object));
    outcome(() => Object.freeze(object));
  },

  mutate(object) {
    for (const [type, methods] of isPlain(object) ? MUTATORS.slice(0, 2) : MUTATORS) {
      for (const [name, ...values] of methods) outcome(() => apply(type[name], object, values));
    }
    outcome(() => { object.lastIndex = 7; object.length = 0; object.index = 7; });
    outcome(() => new Stamp(object));
    outcome(() => MARKED.set(object, leak));
  },
};

// Marks an object with a private name, which works on frozen ones too.
class Returned { constructor(object) { return object; } }
class Stamp extends Returned { #stamp = 'leak'; }
const MARKED = new WeakMap();

const ordinary = Object.prototype, isError = Error.isError;
const isPlain = (object) => typeof object === 'function' || isError(object) || outcome(() => getPrototypeOf(object)) === ordinary;

// The first two work on anything, the others on their own kind.
const MUTATORS = [
  [Object.prototype, [['__defineGetter__', 'left', spoil]]],
  [Array.prototype, [['push', leak], ['unshift', leak], ['fill', leak], ['pop'], ['shift'], ['splice', 0, 1, leak], ['reverse'], ['sort', spoil], ['copyWithin', 0, 1]]],
  [Map.prototype, [['set', 'leak', leak], ['delete', 'a'], ['clear'], ['getOrInsert', 'leak', leak]]],
  [Set.prototype, [['add', leak], ['delete', 'a'], ['clear']]],
  [WeakMap.prototype, [['set', leak, leak]]],
  [WeakSet.prototype, [['add', leak]]],
  [Date.prototype, [['setTime', 7], ['setFullYear', 1], ['setYear', 1], ['setUTCHours', 1], ['setMilliseconds', 1]]],
  [RegExp.prototype, [['compile', 'leak', 'g'], ['exec', 'leak'], ['test', 'leak']]],
  [getPrototypeOf(Uint8Array.prototype), [['set', [7]], ['fill', 7], ['reverse'], ['sort'], ['copyWithin', 0, 1]]],
  [ArrayBuffer.prototype, [['resize', 1], ['transfer']]],
  [DataView.prototype, [['setInt8', 0, 7], ['setFloat64', 0, 7]]],
  [getPrototypeOf(function* () {}).prototype, [['next'], ['return', leak], ['throw', leak]]],
  [getPrototypeOf(async function* () {}).prototype, [['next'], ['return', leak]]],
  [getPrototypeOf([][Symbol.iterator]()), [['next']]],
  [getPrototypeOf([].values().map(spoil)), [['next'], ['return']]],
  [Promise.prototype, [['then', spoil, spoil], ['catch', spoil], ['finally', spoil]]],
  [DisposableStack.prototype, [['defer', spoil], ['dispose']]],
];

function vandal(ctx, api) {
  const { objects } = walk(makeRoots(ctx, api));
  for (let m = 0; m < MODES.length; m++) {
    const attack = ATTACKS[MODES[m]];
    for (let i = objects.length - 1; i >= 0; i--) attack(objects[i]);
  }
  leaveBehind();
}

// What is no change of an object.
function leaveBehind() {
  undeclared = leak;
  outcome(() => (0, eval)('var leak = 1; function left() {} let hidden = 1;'));
  outcome(() => new Function('vandal = 1')());
  outcome(() => { 'vandal'.replace(/(v)(a)(n)(d)(a)(l)/, spoil); RegExp.input = 'leak'; });
  outcome(() => { this[Symbol.for('vandal')] = global[7] = leak; });
  (async () => { await null; undeclaredLater = leak; await new Promise(() => {}); undeclaredNever = leak; })();
  Promise.reject(leak);
}
