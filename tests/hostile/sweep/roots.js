// Where the walk begins: what has a name, what only syntax gives, what functions return
// and what they throw. Both sides of the sweep begin with this file. Without WHOLE only
// what differs between triggers: ctx, api, modules, and what is behind them.
//
// Everything is taken down in locals first: a vandal needs it after it has broken the rest.
const { apply, construct, defineProperty, deleteProperty, get: read, getOwnPropertyDescriptor, getPrototypeOf,
  isExtensible, ownKeys, preventExtensions, set: write, setPrototypeOf } = Reflect;
const sourceOf = Function.prototype.toString, tagOf = Object.prototype.toString, global = globalThis, load = require, script = arguments.callee;
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

const MODULES = ['zitadel/log', 'zitadel/http', 'zitadel/uuid', 'zitadel/metadata/user', 'console', 'util',
  'node:console', 'node:util', 'nowhere', './file.js'];

// What a thunk gives, or what it throws.
function outcome(thunk) {
  try { return thunk(); } catch (error) { return error; }
}

// A revoked proxy has none.
function keysOf(object) {
  try { return ownKeys(object); } catch { return []; }
}

// Syntax that this V8 may not have yet.
const syntax = (source) => outcome(() => new Function(source)());

class Brand {
  static #counter = 0;
  static { Brand.block = () => Brand.#counter++; }
  #own = 1;
  accessor = 1;
  get own() { return this.#own; }
  set own(value) { this.#own = value; }
  static has(object) { return #own in object; }
  *[Symbol.iterator]() { yield this.#own; }
}
class Heir extends Array {}
class Failure extends Error {}

// Intrinsics that have no name.
const SYNTAX = [
  ['sloppy function', () => function () {}],
  ['strict function', () => function () { 'use strict'; }],
  ['arrow', () => () => {}],
  ['async arrow', () => async () => {}],
  ['async function', () => async function () {}],
  ['its promise', () => (async () => {})()],
  ['its rejected promise', () => (async () => { throw 1; })()],
  ['suspended async function', () => (async () => { await new Promise(() => {}); })()],
  ['generator function', () => function* () {}],
  ['generator', () => (function* () { yield 1; })()],
  ['its result', () => (function* () { yield 1; })().next()],
  ['async generator function', () => async function* () {}],
  ['async generator', () => (async function* () { yield 1; })()],
  ['its promise of a result', () => (async function* () { yield* [1]; })().next()],
  ['method', () => ({ method() {} }).method],
  ['getter', () => getOwnPropertyDescriptor({ get a() { return 1; } }, 'a').get],
  ['class', () => Brand],
  ['instance', () => new Brand()],
  ['heir of Array', () => new Heir(3)],
  ['heir of Error', () => new Failure('x')],
  ['result of a species', () => new Heir(3).map((x) => x)],
  ['new.target', () => new (function () { return { target: new.target }; })()],
  ['arguments', () => (function (a) { return arguments; })(1, 2)],
  ['strict arguments', () => (function () { 'use strict'; return arguments; })(1)],
  ['callee', () => (function () { return arguments.callee; })()],
  ['callee of the script', () => script],
  ['caller', () => (function called() { return called.caller; })()],
  ['template', () => ((strings) => strings)`a${1}b`],
  ['template of eval', () => (0, eval)('((strings) => strings)`c`')],
  ['bound function', () => function () {}.bind(null)],
  ['bound class', () => Brand.bind(null)],
  ['proxy', () => new Proxy({}, {})],
  ['proxy of a function', () => new Proxy(function () {}, {})],
  ['revocable', () => Proxy.revocable({}, {})],
  ['what a trap gets', () => { let seen; defineProperty(new Proxy({}, { defineProperty(...all) { seen = all; return true; } }), 'a', { value: 1 }); return seen; }],
  ['array iterator', () => [][Symbol.iterator]()],
  ['typed array iterator', () => new Uint8Array(1).entries()],
  ['string iterator', () => ''[Symbol.iterator]()],
  ['map iterator', () => new Map().entries()],
  ['set iterator', () => new Set().values()],
  ['regexp string iterator', () => 'a'.matchAll(/a/g)],
  ['its match', () => 'a'.matchAll(/(?<name>a)/dg).next()],
  ['wrapped iterator', () => Iterator.from({ next() {} })],
  ['iterator of an iterable', () => Iterator.from('a')],
  ...['map', 'filter', 'take', 'drop', 'flatMap'].map((name) => [`iterator helper ${name}`, () => [1].values()[name](name === 'take' || name === 'drop' ? 1 : (x) => [x])]),
  ['joined iterator', () => Iterator.concat([1], [2])],
  ['zipped iterator', () => Iterator.zip([[1], [2]])],
  ['segments', () => new Intl.Segmenter('en').segment('a b')],
  ['segment iterator', () => new Intl.Segmenter('en').segment('a b')[Symbol.iterator]()],
  ['segment', () => new Intl.Segmenter('en').segment('a b').containing(0)],
  ['regexp', () => /a/g],
  ['match', () => /(?<year>\d)/d.exec('1')],
  ['what replace hands over', () => { let seen; 'a'.replace(/(?<n>a)/, (...all) => { seen = all; return ''; }); return seen; }],
  ['promise functions', () => Promise.withResolvers()],
  ['what an executor gets', () => { let seen; new Promise((...all) => { seen = all; }); return seen; }],
  ['what JSON.parse hands over', () => { let seen; JSON.parse('[1]', function (...all) { seen ??= [...all, this]; }); return seen; }],
  ['number format', () => new Intl.NumberFormat('en').format],
  ['date format', () => new Intl.DateTimeFormat('en').format],
  ['collator', () => new Intl.Collator('en').compare],
  ['format without new', () => Intl.DateTimeFormat.call(Object.create(Intl.DateTimeFormat.prototype))],
  ['resolved options', () => new Intl.NumberFormat('en').resolvedOptions()],
  ['locale', () => new Intl.Locale('de-CH')],
  ['names', () => new Intl.DisplayNames('en', { type: 'region' })],
  ['relative times', () => new Intl.RelativeTimeFormat('en').formatToParts(1, 'day')],
  ['temporal', () => Temporal.PlainDate.from('2026-01-02').until('2026-02-03')],
  ['temporal zone', () => Temporal.ZonedDateTime.from('2026-01-02T03:04[UTC]')],
  ['captured stack', () => { const o = {}; Error.captureStackTrace(o); return o; }],
  ['registered symbol', () => Object(Symbol.for('vandal'))],
  ['wrapped text', () => Object('abc')],
  ['using', () => syntax('{ using a = { [Symbol.dispose]() {} }; return a; }')],
  ['regexp modifiers', () => syntax('return /(?i:a)/v')],
  ['import()', () => import('nowhere')],
  ['import() of a computed name', () => import(`${'a'}.js`)],
  ['import.meta', () => syntax('return import.meta')],
  ['eval', () => (0, eval)('({ a: [1, /x/g, () => 1] })')],
  ['this of a sloppy function', () => (function () { return this; })()],
];

// What is thrown, by V8 and by the host.
const THROWERS = [
  ['null', () => null.x], ['undefined', () => undefined()], ['undeclared', () => undeclared],
  ['constant', () => { const c = 1; c = 2; }], ['before its definition', () => { d; let d; }],
  ['not iterable', () => { const [a] = 1; }], ['range', () => new Array(-1)], ['uri', () => decodeURI('%')],
  ['json', () => JSON.parse('{')], ['circular', () => { const o = {}; o.o = o; JSON.stringify(o); }],
  ['symbol', () => `${Symbol()}`], ['bigint', () => 1n + 1], ['syntax', () => new Function('let')],
  ['eval', () => eval('(')], ['regexp', () => new RegExp('(')], ['class', () => Brand()],
  ['private', () => { Object.getOwnPropertyDescriptor(Brand.prototype, 'own').get.call({}); }],
  ['super', () => new (class extends null {})()], ['frozen', () => { 'use strict'; Object.freeze([]).push(1); }],
  ['revoked', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy.a; }],
  ['deep', () => { (function deep() { deep(); })(); }], ['caller', () => (() => {}).caller],
  ['strict caller', () => { 'use strict'; return arguments.callee; }],
  ['locale', () => new Intl.NumberFormat('no such locale')], ['temporal', () => Temporal.PlainDate.from('x')],
  ['aggregate', () => { throw new AggregateError([1]); }], ['cause', () => { throw new Error('x', { cause: {} }); }],
  ['running generator', () => { const g = (function* () { g.next(); })(); g.next(); }],
  ['fetch', () => load('zitadel/http').fetch('https://nowhere.example')], ['fetch of nothing', () => load('zitadel/http').fetch()],
  ['uuid', () => load('zitadel/uuid').v5('x', 'y')], ['uuid v4', () => load('zitadel/uuid').v4(1)],
  ['log', () => load('zitadel/log').log({ toString() { throw this; } })],
];

// What api functions take, and what makes them refuse; the rest takes a text.
const ARGUMENTS = {
  __proto__: null,
  setClaim: [['key', { deep: [1] }], ['key', 1], ['bad', NaN], ['worse', () => {}], [{ toString() { return 'made'; } }, 1]],
  appendLogIntoClaims: [['text'], [{ toString() { throw new Failure('mine'); } }]],
  setMetadata: [['key', { deep: [1] }], ['key'], [1, 2], ['deep', (() => { const o = {}; o.o = o; return o; })()]],
  fetch: [['text'], ['text', { headers: { a: ['b', 'c'] }, body: { deep: [1] } }], ['text', { bad: 1 }], ['text', undefined], []],
  set: [['key', { deep: [1] }], [1, 2]],
  appendMetadata: [['key', { deep: [1] }], [1, 2], []],
  appendMetadataRaw: [['key', 'text'], ['bytes', new Uint8Array(2)], ['list', [1, 2]], ['none', ''], ['bad', [300]]],
  appendUserGrant: [[{ projectId: 'p', roles: ['role', 'other'] }], [{}], [1, 2], []],
  setCustomAttribute: [['name', 'format', 'value', 'other'], []],
  format: [['%s %d %j', 1, '2', {}], ['%j', Symbol()]],
  getClaim: [['groups'], ['nothing'], [{ toString() { return 'address'; } }]],
};

// Calls whatever is a method in a tree of ctx or api, and gives results and errors.
function callAll(name, holder, found, seen) {
  if (!isObject(holder) || seen.has(holder)) return;
  seen.add(holder);
  for (const key of keysOf(holder)) {
    const value = outcome(() => holder[key]);
    if (typeof value !== 'function') {
      callAll(`${name}.${String(key)}`, value, found, seen);
      continue;
    }
    const lists = ARGUMENTS[key] ?? [[], ['text'], [{}], [Symbol('text')]];
    for (let i = 0; i < lists.length; i++) {
      const result = outcome(() => apply(value, holder, lists[i]));
      found.push([`${name}.${String(key)}(${i})`, result]);
      callAll(`${name}.${String(key)}(${i})`, result, found, seen);
    }
  }
}

// Methods of host objects are on their prototypes: times, months.
function callMethods(name, object, found) {
  for (const key of ownKeys(getPrototypeOf(object))) {
    if (key !== 'constructor') found.push([`${name}.${String(key)}()`, outcome(() => object[key]('2006', object))]);
  }
}

function makeRoots(ctx, api) {
  const found = [['ctx', ctx], ['api', api], ['require', load]];
  for (const name of MODULES) found.push([`require(${name})`, outcome(() => load(name))]);
  if (WHOLE) {
    found.push(['globalThis', global]);
    for (const [name, thunk] of SYNTAX) found.push([name, outcome(thunk)]);
    for (const [name, thunk] of THROWERS) found.push([`thrown by ${name}`, outcome(thunk)]);
  }
  const called = new Set();
  callAll('ctx', ctx, found, called);
  callAll('api', api, found, called);
  for (const name of MODULES) callAll(name, outcome(() => load(name)), found, called);
  for (const [name, value] of [...found]) {
    if (!isObject(value)) continue;
    const time = outcome(() => value.creationDate ?? value.timestamp);
    if (!isObject(time) || time instanceof Error) continue;
    callMethods(`${name} time`, time, found);
    for (const part of ['month', 'weekday']) {
      const named = outcome(() => time[part]());
      if (isObject(named)) callMethods(`${name} ${part}`, named, found);
    }
    const Time = time.constructor;
    found.push([`${name} new Time`, outcome(() => new Time(''))], [`${name} bad Time`, outcome(() => new Time({}).year())]);
  }
  // A live array takes what is pushed; the next action of the chain sees it.
  const extra = { key: { toString: () => 'made', leak: () => 'leak' }, value: 'text', projectID: { toString: () => 'made' }, roles: ['r', {}] };
  for (const list of [api.metadata, api.userGrants]) if (Array.isArray(list)) list.push(extra);
  return found;
}
