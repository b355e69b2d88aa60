// Realm: shared. Methods replaced on an object of the script's own, by assignment.
function f(ctx, api) {
  'use strict';
  const claim = (name, value) => api.v1.claims.setClaim(name, value);
  const date = new Date(0);
  date.toISOString = () => 'iso'; date.getTime = () => 1; date.toJSON = function () { return this.toISOString(); };
  claim('date', [JSON.stringify(date), date.getTime()]);
  const map = new Map(), get = map.get;
  map.get = function (key) { return get.call(this, key) ?? 'none'; }; map.set = Map.prototype.set; map.toString = () => 'map';
  claim('map', [map.set('a', 1).get('a'), map.get('b'), `${map}`]);
  const set = new Set(); set.add = function (x) { return Set.prototype.add.call(this, x * 2); }; set.has = () => true;
  claim('set', [[...set.add(2)], set.has(9)]);
  const generator = (function* () { yield 1; })(), next = generator.next;
  generator.next = function (...all) { return { ...next.apply(this, all), wrapped: true }; }; generator.return = () => 'returned'; generator.throw = () => 'thrown';
  claim('generator', [generator.next(), generator.return(), generator.throw()]);
  const later = (async function* () {})(); later.next = () => Promise.resolve('mine'); later.return = 1;
  const promise = Promise.resolve(1); promise.then = (run) => run('patched'); promise.catch = () => 'caught'; promise.constructor = Object;
  claim('promise', [promise.then((x) => x), promise.catch()]);
  const spy = Object.assign(function spied() { spy.calls.push([...arguments]); }, { calls: [] });
  spy.call = () => 'call'; spy.apply = () => 'apply'; spy.bind = () => 'bind'; spy.toString = () => 'spy';
  spy(1, 2);
  claim('function', [spy.calls, spy.call(), spy.apply(), spy.bind(), `${spy}`]);
  const list = [3, 1, 2]; list.map = () => 'map'; list.push = function (x) { return Array.prototype.push.call(this, x, x); }; list.toString = () => 'list'; list.join = () => 'joined';
  claim('list', [list.push(4), list.map(), `${list}`, list.join(), list.length]);
  const pattern = /a/g; pattern.test = () => 'tested'; pattern.toString = () => 'pattern'; pattern.constructor = 1;
  claim('pattern', [pattern.test(), `${pattern}`]);
  const error = new Error('a'); error.name = 'N'; error.message = 'm'; error.toString = () => 'error'; error.stack = 'stack'; error.cause = 1;
  claim('error', [String(error), error.stack, Object.keys(error)]);
  const iterator = Object.create(Iterator.prototype); iterator.next = () => ({ done: true }); iterator[Symbol.iterator] = () => 'mine'; iterator.map = 1; iterator.toArray = () => 'array';
  claim('iterator', [iterator[Symbol.iterator](), iterator.map, iterator.toArray()]);
  const plain = {}; for (const key of ['toString', 'valueOf', 'constructor', 'hasOwnProperty', 'isPrototypeOf', 'toLocaleString', 'propertyIsEnumerable', '__defineGetter__', '__lookupSetter__']) plain[key] = key;
  claim('plain', [plain, Object.keys(plain)]);
  const words = {}; for (const word of ['constructor', 'a', 'constructor']) words[word] = (Object.hasOwn(words, word) ? words[word] : 0) + 1;
  claim('words', words);
  const bare = Object.create(null); bare.toString = 1; bare.constructor = 2;
  claim('bare', { ...bare });
  const wrapped = new String('x'); wrapped.toString = () => 'mine'; wrapped.constructor = 1; const number = new Number(1); number.valueOf = () => 2;
  claim('wrapped', [`${wrapped}`, number + 1]);
}
