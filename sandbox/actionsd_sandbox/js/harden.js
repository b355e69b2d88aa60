// The hardened realm: every intrinsic frozen once, so that a run cannot change what the
// next one sees. What stays open is the global object itself, which is swept after runs.

// Not in goja either; each would be a channel or a clock between runs.
const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console'];

// Intrinsics that no name reaches, only syntax.
const HIDDEN = () => [
  function* () {}, async function () {}, async function* () {}, () => {}, class {},
  (function () { return arguments; })(), (function () { 'use strict'; return arguments; })(),
  [][Symbol.iterator](), ''[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](),
  'a'.matchAll(/a/g), (function* () {})(), (async function* () {})(), [].values().map((x) => x),
  Iterator.from({ next() {} }), Object.getPrototypeOf(Uint8Array), new Intl.Segmenter().segment('')[Symbol.iterator](),
  new Intl.Segmenter().segment(''), new Proxy({}, {}), Proxy.revocable({}, {}).revoke,
  new Error(''), // the accessors of its stack are every error's
];

// Freezing a prototype makes `o.toString = f` fail for every object that inherits from
// it (the override mistake). On these prototypes data properties become accessors that
// assign to the object itself, as if nothing were frozen.
const isName = (key) => typeof key === 'string';
const OVERRIDABLE = () => {
  const generators = [function* () {}, async function* () {}].map((each) => Object.getPrototypeOf(each).prototype);
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SuppressedError, SyntaxError, TypeError, URIError];
  const all = [Object, Function, ...errors].map((type) => type.prototype);
  const named = [Array, RegExp, Promise, Date, Map, Set, WeakMap, WeakSet].map((type) => type.prototype);
  const some = [String, Number, Boolean, Symbol, BigInt, ArrayBuffer, DataView].map((type) => type.prototype);
  return [
    ...[...all, Iterator.prototype].map((prototype) => [prototype, Reflect.ownKeys(prototype)]),
    ...named.map((prototype) => [prototype, Reflect.ownKeys(prototype).filter((key) => isName(key) && !isWatched(prototype, key))]),
    ...some.map((prototype) => [prototype, ['constructor', 'toString', 'valueOf', 'toLocaleString', 'toJSON']]),
    [Object.getPrototypeOf(Uint8Array.prototype), ['toString', 'toLocaleString']],
    ...generators.map((prototype) => [prototype, ['next', 'return', 'throw']]),
  ];
};

// What V8 watches: an accessor there slows every map and filter, or every match.
function isWatched(prototype, key) {
  return prototype === Array.prototype ? key === 'constructor' : prototype === RegExp.prototype && key === 'exec';
}

// RegExp.$1, lastMatch and the like keep the last match: of a former run, or of the
// prelude, which matches more where it has not compiled a script yet.
kernel.forgetMatch = () => { /(?:)/.exec(''); };

kernel.remove = () => { for (const name of REMOVED) delete globalThis[name]; };

// An isolate that is not hardened serves one run, and needs no sweep. Its script may patch
// built-ins, which the prelude needs again when the run is over: `restore` puts back what
// they were. What cannot be put back makes the run unreadable, and fails it.
kernel.sweep = () => true;
kernel.restore = () => {};
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
kernel.remember = () => {
  const kept = [];
  const types = [Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Map, Set, Promise, Error, Uint8Array, ArrayBuffer, DataView];
  const iterators = [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ''[Symbol.iterator](), 'a'.matchAll(/a/g)].map(Object.getPrototypeOf);
  const objects = [...types, ...types.map(({ prototype }) => prototype), ...iterators, Iterator.prototype, Object.getPrototypeOf(Uint8Array.prototype), JSON, Math, Reflect, Intl];
  for (const object of objects) {
    const properties = { __proto__: null };
    for (const key of ownKeys(object)) properties[key] = { __proto__: null, ...getOwnPropertyDescriptor(object, key) };
    kept[kept.length] = { object, properties, keys: ownKeys(properties) };
  }
  kernel.restore = () => {
    for (let i = 0; i < kept.length; i++) {
      const { object, properties, keys } = kept[i];
      const present = ownKeys(object);
      for (let k = 0; k < present.length; k++) if (!(present[k] in properties)) deleteProperty(object, present[k]);
      for (let k = 0; k < keys.length; k++) defineProperty(object, keys[k], properties[keys[k]]);
    }
  };
};

kernel.harden = () => {
  // What becomes an accessor's value is behind it, where the walk does not come.
  const hidden = OVERRIDABLE().flatMap(([prototype, keys]) => keys.map((key) => makeOverridable(prototype, key)));
  const seen = new Set([globalThis]);
  // The global object has a prototype of its own, between it and Object.prototype.
  const waiting = [...hidden, ...HIDDEN(), ...kernel.exposed, Object.getPrototypeOf(globalThis)];
  for (const key of Reflect.ownKeys(globalThis)) {
    const property = Object.getOwnPropertyDescriptor(globalThis, key);
    if (property.configurable) {
      Object.defineProperty(globalThis, key, 'value' in property ? { writable: false, configurable: false } : { configurable: false });
    }
    waiting.push(property.value, property.get, property.set);
  }
  while (waiting.length > 0) freezeOne(waiting.pop(), seen, waiting);
  sealGlobal();
};

function freezeOne(object, seen, waiting) {
  if (!isObject(object) || seen.has(object)) return;
  seen.add(object);
  waiting.push(Object.getPrototypeOf(object));
  const keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const { value, get, set } = getOwnPropertyDescriptor(object, keys[i]);
    // Most are numbers and texts, and this runs once for each new realm.
    if (isObject(value)) waiting.push(value);
    else if (get !== undefined || set !== undefined) waiting.push(get, set);
  }
  if (!ArrayBuffer.isView(object)) Object.freeze(object);
}

function isObject(value) { return typeof value === 'object' ? value !== null : typeof value === 'function'; }

// Returns the value that is the accessor's now, if it became one.
function makeOverridable(prototype, key) {
  const property = Object.getOwnPropertyDescriptor(prototype, key);
  if (!property?.writable || !property.configurable) return undefined;
  const { value } = property;
  const accessor = { // of methods, which have no prototypes to be frozen
    get() { return value; },
    set(replacement) {
      if (this === prototype || Object(this) !== this) return;
      // Reflect: where the object is frozen itself, a sloppy script's assignment is ignored.
      if (Object.hasOwn(this, key)) Reflect.set(this, key, replacement);
      else Reflect.defineProperty(this, key, { value: replacement, writable: true, enumerable: true, configurable: true });
    },
  };
  Object.defineProperty(prototype, key, { get: accessor.get, set: accessor.set, enumerable: property.enumerable, configurable: true });
  return value;
}

// Names that are deleted after a run. It takes 2 µs each, of the next run's time: with
// more, a new isolate is there sooner.
const MAX_LEFT = 1000;

// The global object between two runs. Names that a run left behind go; what cannot be
// undone condemns the isolate.
function sealGlobal() {
  const names = new Set(ownKeys(globalThis));
  const ancestor = Object.getPrototypeOf(globalThis);
  let condemned = false;
  kernel.sweep = () => {
    if (!condemned) condemned = !removeNames(names) || Object.getPrototypeOf(globalThis) !== ancestor || !Object.isExtensible(globalThis);
    return !condemned;
  };
}

function removeNames(names) {
  const keys = ownKeys(globalThis);
  if (keys.length === names.size) return true;
  if (keys.length > names.size + MAX_LEFT) return false;
  for (const key of keys) if (!names.has(key)) deleteProperty(globalThis, key);
  return ownKeys(globalThis).length === names.size;
}
