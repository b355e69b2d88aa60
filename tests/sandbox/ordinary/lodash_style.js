// Realm: shared. What a utility library does when it is loaded: its root, its caches with
// methods named like those of built-ins, wrappers with prototypes of their own.
;(function () {
  var undefined;
  var freeGlobal = typeof global == 'object' && global && global.Object === Object && global;
  var freeSelf = typeof self == 'object' && self && self.Object === Object && self;
  var root = freeGlobal || freeSelf || Function('return this')();
  var arrayProto = Array.prototype, funcProto = Function.prototype, objectProto = Object.prototype;
  var hasOwnProperty = objectProto.hasOwnProperty, nativeObjectToString = objectProto.toString, funcToString = funcProto.toString, oldDash = root._;
  var reIsNative = RegExp('^' + funcToString.call(hasOwnProperty).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/hasOwnProperty|(function).*?(?=\\\()| for .+?(?=\\\])/g, '$1.*?') + '$');
  var defineProperty = (function () { try { var func = Object.defineProperty; func({}, '', {}); return func; } catch (e) {} }());
  function isNative(value) { return typeof value == 'function' && reIsNative.test(funcToString.call(value)); }
  function getRawTag(value) {
    var isOwn = hasOwnProperty.call(value, Symbol.toStringTag), tag = value[Symbol.toStringTag];
    try { value[Symbol.toStringTag] = undefined; var unmasked = true; } catch (e) {}
    var result = nativeObjectToString.call(value);
    if (unmasked) { if (isOwn) value[Symbol.toStringTag] = tag; else delete value[Symbol.toStringTag]; }
    return result;
  }
  var baseCreate = (function () { function object() {} return function (proto) { object.prototype = proto; var result = new object; object.prototype = undefined; return result; }; }());
  function lodash(value) { return value instanceof LodashWrapper ? value : new LodashWrapper(value); }
  function baseLodash() {}
  function LodashWrapper(value) { this.__wrapped__ = value; this.__actions__ = []; }
  lodash.prototype = baseLodash.prototype;
  lodash.prototype.constructor = lodash;
  LodashWrapper.prototype = baseCreate(baseLodash.prototype);
  LodashWrapper.prototype.constructor = LodashWrapper;
  function Hash(entries) { var index = -1, length = entries == null ? 0 : entries.length; this.clear(); while (++index < length) this.set(entries[index][0], entries[index][1]); }
  Hash.prototype.clear = function () { this.__data__ = Object.create(null); this.size = 0; };
  Hash.prototype['delete'] = function (key) { var result = this.has(key) && delete this.__data__[key]; this.size -= result ? 1 : 0; return result; };
  Hash.prototype.get = function (key) { return this.__data__[key]; };
  Hash.prototype.has = function (key) { return this.__data__[key] !== undefined; };
  Hash.prototype.set = function (key, value) { this.size += this.has(key) ? 0 : 1; this.__data__[key] = value; return this; };
  function memoize(func) { var memoized = function (key) { var cache = memoized.cache; if (cache.has(key)) return cache.get(key); var result = func.apply(this, arguments); memoized.cache = cache.set(key, result) || cache; return result; }; memoized.cache = new (memoize.Cache || Hash); return memoized; }
  memoize.Cache = Hash;
  ['pop', 'push', 'shift', 'sort', 'splice', 'unshift'].forEach(function (methodName) {
    var func = arrayProto[methodName];
    lodash.prototype[methodName] = function () { func.apply(this.__wrapped__, arguments); return this; };
  });
  lodash.prototype.toJSON = lodash.prototype.valueOf = lodash.prototype.value = function () { return this.__wrapped__; };
  lodash.prototype.toString = function () { return 'wrapped ' + this.__wrapped__; };
  lodash.prototype[Symbol.iterator] = function () { return this.__wrapped__[Symbol.iterator](); };
  lodash.assign = function (object) { for (var i = 1; i < arguments.length; i++) for (var key in arguments[i]) if (hasOwnProperty.call(arguments[i], key)) baseAssignValue(object, key, arguments[i][key]); return object; };
  function baseAssignValue(object, key, value) { if (key == '__proto__' && defineProperty) defineProperty(object, key, { configurable: true, enumerable: true, value: value, writable: true }); else object[key] = value; }
  lodash.groupBy = function (list, by) { return list.reduce(function (result, value) { var key = by(value); if (hasOwnProperty.call(result, key)) result[key].push(value); else baseAssignValue(result, key, [value]); return result; }, {}); };
  lodash.template = function (text) { return Function('_', 'obj', "var p = ''; with (obj) { p += '" + text.replace(/<%=(.+?)%>/g, "' + ($1) + '") + "'; } return p;").bind(undefined, lodash); };
  lodash.noConflict = function () { if (root._ === this) root._ = oldDash; return this; };
  lodash.memoize = memoize;
  lodash.isNative = isNative;
  lodash.tag = getRawTag;
  lodash.Hash = Hash;
  root._ = lodash;
}.call(this));
function f(ctx, api) {
  var wrapped = _([3, 1]).push(2).sort(), twice = _.memoize(function (x) { return x * 2; }), hash = new _.Hash([['toString', 1], ['constructor', 2]]);
  twice.toString = function () { return 'memoized'; };
  api.v1.claims.setClaim('wrapped', [String(wrapped), wrapped.value(), [...wrapped], JSON.stringify(wrapped), wrapped.constructor === _]);
  api.v1.claims.setClaim('tools', [twice(2) + twice(2), String(twice), hash.get('toString'), hash.size, _.isNative(Map), _.isNative(f), _.tag(new Date(0)), _.tag([])]);
  api.v1.claims.setClaim('objects', [_.groupBy(['constructor', 'toString', 'constructor', 'a', '__proto__'], function (x) { return x; }), _.assign({}, { toString: 1, valueOf: 2, constructor: 3 }), _.template('hi <%= name %>')({ name: 'ada' })]);
  api.v1.claims.setClaim('root', [typeof _.noConflict(), typeof _]);
}
