// Realm: shared. Generators and async functions by way of a runtime of the sort that Babel
// brings along: it builds on the prototypes of the real ones.
var runtime = (function (exports) {
  "use strict";
  var hasOwn = Object.prototype.hasOwnProperty, iteratorSymbol = Symbol.iterator, toStringTagSymbol = Symbol.toStringTag;
  function define(obj, key, value) { Object.defineProperty(obj, key, { value: value, enumerable: true, configurable: true, writable: true }); return obj[key]; }
  try { define({}, ""); } catch (err) { define = function (obj, key, value) { return obj[key] = value; }; }
  function Generator() {}
  function GeneratorFunction() {}
  function GeneratorFunctionPrototype() {}
  var IteratorPrototype = {};
  IteratorPrototype[iteratorSymbol] = function () { return this; };
  var getProto = Object.getPrototypeOf;
  var NativeIteratorPrototype = getProto && getProto(getProto([][iteratorSymbol]()));
  if (NativeIteratorPrototype && NativeIteratorPrototype !== Object.prototype && hasOwn.call(NativeIteratorPrototype, iteratorSymbol)) IteratorPrototype = NativeIteratorPrototype;
  var Gp = GeneratorFunctionPrototype.prototype = Generator.prototype = Object.create(IteratorPrototype);
  GeneratorFunction.prototype = GeneratorFunctionPrototype;
  define(GeneratorFunctionPrototype, "constructor", GeneratorFunction);
  GeneratorFunction.displayName = define(GeneratorFunctionPrototype, toStringTagSymbol, "GeneratorFunction");
  Gp.constructor = GeneratorFunctionPrototype;
  Gp[toStringTagSymbol] = "Generator";
  Gp[iteratorSymbol] = function () { return this; };
  Gp.toString = function () { return "[object Generator]"; };
  ["next", "throw", "return"].forEach(function (method) { Gp[method] = function (arg) { return this._invoke(method, arg); }; });
  exports.wrap = function (inner) {
    var generator = Object.create(Generator.prototype), context = { prev: 0, next: 0, sent: undefined, done: false, stop: function () { this.done = true; }, abrupt: function (type, value) { this.done = true; return value; } };
    generator._invoke = function (method, arg) {
      if (context.done) return { value: undefined, done: true };
      if (method === "throw") { context.done = true; throw arg; }
      context.sent = arg;
      var value = inner.call(null, context);
      return { value: value, done: context.done };
    };
    return generator;
  };
  exports.mark = function (genFun) { Object.setPrototypeOf(genFun, GeneratorFunctionPrototype); genFun.prototype = Object.create(Gp); return genFun; };
  return exports;
})({});
try { regeneratorRuntime = runtime; } catch (accidentalStrictMode) { Function("r", "regeneratorRuntime = r")(runtime); }
function asyncToGenerator(fn) {
  return function () {
    var self = this, args = arguments;
    return new Promise(function (resolve, reject) {
      var gen = fn.apply(self, args);
      function step(key, arg) { try { var info = gen[key](arg), value = info.value; } catch (error) { reject(error); return; } if (info.done) resolve(value); else Promise.resolve(value).then(function (v) { step("next", v); }, function (e) { step("throw", e); }); }
      step("next");
    });
  };
}
var count = regeneratorRuntime.mark(function _callee() {
  return regeneratorRuntime.wrap(function _callee$(_context) {
    while (1) switch (_context.prev = _context.next) {
      case 0: _context.next = 2; return 1;
      case 2: _context.next = 4; return 2;
      case 4: case "end": return _context.stop();
    }
  });
});
var f = asyncToGenerator(function (ctx, api) {
  return regeneratorRuntime.wrap(function (_context) {
    while (1) switch (_context.prev = _context.next) {
      case 0: _context.next = 2; return Promise.resolve("awaited");
      case 2: api.v1.claims.setClaim("generated", [_context.sent, Array.from(count()), [...count()], String(count()), count().constructor.name]);
      case 3: case "end": return _context.stop();
    }
  });
});
