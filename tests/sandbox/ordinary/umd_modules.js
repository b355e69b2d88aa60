// Realm: shared. Libraries in the wrappers they are shipped in, none of whose module systems is here.
(function (root, factory) {
  if (typeof exports === 'object' && typeof module !== 'undefined') module.exports = factory();
  else if (typeof define === 'function' && define.amd) define(['exports'], factory);
  else (root = typeof globalThis !== 'undefined' ? globalThis : root || self).dates = factory();
})(this, function () {
  'use strict';
  function Moment(ms) { this.ms = ms; }
  var proto = Moment.prototype;
  proto.valueOf = function () { return this.ms; };
  proto.toString = function () { return 'moment ' + this.ms; };
  proto.toJSON = proto.toISOString = function () { return new Date(this.ms).toISOString(); };
  proto.toLocaleString = proto.toString;
  if (typeof Symbol !== 'undefined' && Symbol.for != null) proto[Symbol.for('nodejs.util.inspect.custom')] = function () { return 'Moment<' + this + '>'; };
  function extend(a, b) {
    for (var i in b) if (Object.prototype.hasOwnProperty.call(b, i)) a[i] = b[i];
    if (Object.prototype.hasOwnProperty.call(b, 'toString')) a.toString = b.toString;
    if (Object.prototype.hasOwnProperty.call(b, 'valueOf')) a.valueOf = b.valueOf;
    return a;
  }
  var dates = function (ms) { return new Moment(ms); };
  dates.extend = extend;
  return dates;
});
!function (e, t) { "object" == typeof exports ? module.exports = t() : "function" == typeof define && define.amd ? define([], t) : e.slug = t(); }(this, function () { return function (s) { return s.toLowerCase().replace(/[^a-z]+/g, "-"); }; });
var exports = exports || {}, module = { exports: exports };
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = function () { return 'default'; };
var _interop = (function (obj) { return obj && obj.__esModule ? obj : { default: obj }; })(exports);
function f(ctx, api) {
  var m = dates(0);
  api.v1.claims.setClaim('modules', [String(m), JSON.stringify({ m: m }), +m, m + 1, m.toLocaleString(), slug('Ada Lovelace!'), (0, _interop.default)()]);
  api.v1.claims.setClaim('extended', [dates.extend({}, { toString: function () { return 'x'; }, valueOf: function () { return 3; } }) + 1]);
}
