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
];

// Freezing a prototype makes `o.toString = f` fail for every object that inherits from
// it (the override mistake). On these prototypes data properties become accessors that
// assign to the object itself, as if nothing were frozen.
const WATCHED = new Set(['constructor', 'then', 'exec', 'flags', 'length']);
const NAMES = ['toString', 'valueOf', 'toLocaleString', 'toJSON'];
const OVERRIDABLE = () => {
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  const all = [Object, Function, ...errors].map((type) => [type.prototype, Reflect.ownKeys(type.prototype)]);
  // Not what V8 watches: an accessor there slows every map, filter, spread and await.
  const watched = [Array, RegExp, Promise].map(({ prototype }) => [prototype,
    Reflect.ownKeys(prototype).filter((key) => typeof key === 'string' && !WATCHED.has(key))]);
  const some = [String, Number, Boolean, Date, Map, Set, WeakMap, Symbol, BigInt]
    .map((type) => [type.prototype, ['constructor', ...NAMES]]);
  return [...all, ...watched, ...some, [Object.getPrototypeOf(function* () {}).prototype, ['constructor']],
    [Iterator.prototype, ['constructor', Symbol.toStringTag]]];
};

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
  for (const [prototype, keys] of OVERRIDABLE()) for (const key of keys) makeOverridable(prototype, key);
  const seen = new Set([globalThis]);
  // The global object has a prototype of its own, between it and Object.prototype.
  const waiting = [...HIDDEN(), ...kernel.exposed, Object.getPrototypeOf(globalThis)];
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

function freezeOne(value, seen, waiting) {
  if (Object(value) !== value || seen.has(value)) return;
  seen.add(value);
  waiting.push(Object.getPrototypeOf(value));
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    waiting.push(property.value, property.get, property.set);
  }
  if (!ArrayBuffer.isView(value)) Object.freeze(value);
}

function makeOverridable(prototype, key) {
  const property = Object.getOwnPropertyDescriptor(prototype, key);
  if (property === undefined || !('value' in property) || !property.configurable) return;
  const value = property.value;
  const get = () => value;
  const set = function (replacement) {
    'use strict';
    if (this === prototype || Object(this) !== this) return;
    // Reflect: where the object is frozen itself, a sloppy script's assignment is ignored.
    if (Object.hasOwn(this, key)) Reflect.set(this, key, replacement);
    else Reflect.defineProperty(this, key, { value: replacement, writable: true, enumerable: true, configurable: true });
  };
  Object.defineProperty(prototype, key, { get, set, enumerable: property.enumerable, configurable: true });
}

// The global object between two runs. Names that a run left behind go; what cannot be
// undone condemns the isolate.
function sealGlobal() {
  const names = new Set(Reflect.ownKeys(globalThis));
  const ancestor = Object.getPrototypeOf(globalThis);
  kernel.sweep = () => {
    /(?:)/.exec(''); // RegExp.$1, lastMatch and the like keep the last match
    const keys = Reflect.ownKeys(globalThis);
    let clean = keys.length === names.size;
    if (!clean) {
      for (const key of keys) if (!names.has(key)) Reflect.deleteProperty(globalThis, key);
      clean = Reflect.ownKeys(globalThis).length === names.size;
    }
    return clean && Object.getPrototypeOf(globalThis) === ancestor && Object.isExtensible(globalThis);
  };
}
