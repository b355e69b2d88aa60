// Realm: shared. Classes of today: fields, private names, statics, heirs of built-ins, errors.
class AppError extends Error {
  name = 'AppError';
  toString = () => `field ${this.message}`;
  constructor(message, options) { super(message, options); Error.captureStackTrace?.(this, this.constructor); this.constructor = 'own'; this.stack = this.stack.split('\n')[0]; }
}
class HttpError extends AppError { static status = 500; get message() { return 'getter'; } set message(value) { this.given = value; } }
class Stack extends Array { push(...all) { return super.push(...all.map((x) => x * 2)); } get last() { return this.at(-1); } static get [Symbol.species]() { return Array; } }
class Tally extends Map { #total = 0; add(key) { this.#total++; return this.set(key, (this.get(key) ?? 0) + 1); } get total() { return this.#total; } toJSON() { return Object.fromEntries(this); } }
class Day extends Date { toJSON() { return 'day'; } toString() { return 'a day'; } getFullYear() { return 1; } }
class Pattern extends RegExp { exec(text) { const match = super.exec(text); return match && Object.assign(match, { mine: true }); } [Symbol.replace](text) { return `replaced ${text}`; } }
class Eventually extends Promise { then(...all) { return super.then(...all); } static get [Symbol.species]() { return Promise; } finally(run) { run(); return this; } }
class Numbers extends Uint8Array { toString() { return 'bytes'; } map() { return 'mapped'; } }
class Counter { static #made = 0; static { this.first = new this(); } toString() { return 'counter'; } valueOf() { return Counter.#made++; } constructor() { this.hasOwnProperty = 'mine'; this.then = 'later'; } [Symbol.toPrimitive](hint) { return hint === 'number' ? 5 : hint; } static name = 'Named'; static toString() { return 'static'; } }
class Walk { *[Symbol.iterator]() { yield* [1, 2]; } async *[Symbol.asyncIterator]() { yield 3; } get [Symbol.toStringTag]() { return 'Walk'; } }
async function f(ctx, api) {
  const error = new AppError('m', { cause: 1 }), http = new HttpError('h'), stack = new Stack(), tally = new Tally();
  stack.push(1, 2);
  tally.add('a').add('a').add('constructor');
  const claim = api.v1.claims.setClaim;
  claim('errors', [String(error), error.name, error.constructor, error.stack, error.cause, error instanceof Error, http.message, http.given, HttpError.status, Object.keys(error)]);
  claim('heirs', [stack, stack.last, stack.map((x) => x) instanceof Stack, tally.total, JSON.stringify(tally), JSON.stringify(new Day(0)), `${new Day(0)}`, new Day(0).getFullYear()]);
  claim('patterns', [new Pattern('b').test('abc'), 'abc'.match(new Pattern('b')).mine, 'abc'.replace(new Pattern('b'), 'x'), `${new Numbers(2)}`, new Numbers(2).map()]);
  claim('counter', [`${Counter.first}`, +Counter.first, Counter.first.hasOwnProperty, Counter.name, `${Counter}`, Counter.first.then]);
  const seen = [];
  for await (const each of new Walk()) seen.push(each);
  claim('walk', [[...new Walk()], seen, `${new Walk()}`, await new Eventually((resolve) => resolve(4)), await Eventually.resolve(1).finally(() => seen.push(0))]);
}
