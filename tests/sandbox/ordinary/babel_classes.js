// Realm: shared. Classes as Babel writes them for ES5, heirs of built-ins included.
"use strict";
function _typeof(o) { "@babel/helpers - typeof"; return _typeof = "function" == typeof Symbol && "symbol" == typeof Symbol.iterator ? function (o) { return typeof o; } : function (o) { return o && "function" == typeof Symbol && o.constructor === Symbol && o !== Symbol.prototype ? "symbol" : typeof o; }, _typeof(o); }
function _classCallCheck(a, n) { if (!(a instanceof n)) throw new TypeError("Cannot call a class as a function"); }
function _defineProperties(e, r) { for (var t = 0; t < r.length; t++) { var o = r[t]; o.enumerable = o.enumerable || false, o.configurable = true, "value" in o && (o.writable = true), Object.defineProperty(e, o.key, o); } }
function _createClass(e, r, t) { return r && _defineProperties(e.prototype, r), t && _defineProperties(e, t), Object.defineProperty(e, "prototype", { writable: false }), e; }
function _inherits(t, e) { if ("function" != typeof e && null !== e) throw new TypeError("Super expression must either be null or a function"); t.prototype = Object.create(e && e.prototype, { constructor: { value: t, writable: true, configurable: true } }), Object.defineProperty(t, "prototype", { writable: false }), e && _setPrototypeOf(t, e); }
function _getPrototypeOf(t) { return _getPrototypeOf = Object.setPrototypeOf ? Object.getPrototypeOf.bind() : function (t) { return t.__proto__ || Object.getPrototypeOf(t); }, _getPrototypeOf(t); }
function _setPrototypeOf(t, e) { return _setPrototypeOf = Object.setPrototypeOf ? Object.setPrototypeOf.bind() : function (t, e) { return t.__proto__ = e, t; }, _setPrototypeOf(t, e); }
function _isNativeReflectConstruct() { try { var t = !Boolean.prototype.valueOf.call(Reflect.construct(Boolean, [], function () {})); } catch (t) {} return (_isNativeReflectConstruct = function () { return !!t; })(); }
function _construct(t, e, r) { if (_isNativeReflectConstruct()) return Reflect.construct.apply(null, arguments); var o = [null]; o.push.apply(o, e); var p = new (t.bind.apply(t, o))(); return r && _setPrototypeOf(p, r.prototype), p; }
function _callSuper(t, o, e) { return o = _getPrototypeOf(o), _possibleConstructorReturn(t, _isNativeReflectConstruct() ? Reflect.construct(o, e || [], _getPrototypeOf(t).constructor) : o.apply(t, e)); }
function _possibleConstructorReturn(t, e) { if (e && ("object" == _typeof(e) || "function" == typeof e)) return e; if (void 0 !== e) throw new TypeError("Derived constructors may only return object or undefined"); return t; }
function _wrapNativeSuper(t) { var r = "function" == typeof Map ? new Map() : void 0; return _wrapNativeSuper = function (t) { if (null === t || !/\[native code\]/.test(Function.toString.call(t))) return t; if (r.has(t)) return r.get(t); function Wrapper() { return _construct(t, arguments, _getPrototypeOf(this).constructor); } r.set(t, Wrapper); Wrapper.prototype = Object.create(t.prototype, { constructor: { value: Wrapper, enumerable: false, writable: true, configurable: true } }); return _setPrototypeOf(Wrapper, t); }, _wrapNativeSuper(t); }
function _defineProperty(e, r, t) { return (r = "symbol" == _typeof(r) ? r : r + "") in e ? Object.defineProperty(e, r, { value: t, enumerable: true, configurable: true, writable: true }) : e[r] = t, e; }
function ownKeys(e, r) { var t = Object.keys(e); if (Object.getOwnPropertySymbols) { var o = Object.getOwnPropertySymbols(e); r && (o = o.filter(function (r) { return Object.getOwnPropertyDescriptor(e, r).enumerable; })), t.push.apply(t, o); } return t; }
function _objectSpread2(e) { for (var r = 1; r < arguments.length; r++) { var t = null != arguments[r] ? arguments[r] : {}; ownKeys(Object(t), true).forEach(function (r) { _defineProperty(e, r, t[r]); }); } return e; }
function _toConsumableArray(r) { return Array.isArray(r) ? Array.prototype.slice.call(r) : Array.from(r); }
function _slicedToArray(r, e) { var i = r[Symbol.iterator](), all = [], s; for (; all.length < e && !(s = i.next()).done;) all.push(s.value); return all; }
var Shape = /*#__PURE__*/function () {
  function Shape(name) { _classCallCheck(this, Shape); _defineProperty(this, "toString", function () { return "own"; }); _defineProperty(this, "constructor", "mine"); this.name = name; }
  return _createClass(Shape, [{ key: "valueOf", value: function valueOf() { return 7; } }, { key: "size", get: function get() { return this.name.length; } }], [{ key: "create", value: function create() { return new Shape("s"); } }]);
}();
var Missing = /*#__PURE__*/function (_Error) {
  function Missing(message) { var _this; _classCallCheck(this, Missing); _this = _callSuper(this, Missing, [message]); _this.name = "Missing"; _this.toString = function () { return "missing " + _this.message; }; return _this; }
  _inherits(Missing, _Error);
  return _createClass(Missing);
}(/*#__PURE__*/_wrapNativeSuper(Error));
var List = /*#__PURE__*/function (_Array) {
  function List() { _classCallCheck(this, List); for (var n = arguments.length, a = new Array(n), i = 0; i < n; i++) a[i] = arguments[i]; return _callSuper(this, List, a); }
  _inherits(List, _Array);
  return _createClass(List, [{ key: "last", value: function last() { return this[this.length - 1]; } }]);
}(/*#__PURE__*/_wrapNativeSuper(Array));
var Cache = /*#__PURE__*/function (_Map) {
  function Cache() { _classCallCheck(this, Cache); return _callSuper(this, Cache, arguments); }
  _inherits(Cache, _Map);
  return _createClass(Cache, [{ key: "get", value: function get(k) { return Map.prototype.get.call(this, k) || "none"; } }]);
}(/*#__PURE__*/_wrapNativeSuper(Map));
function f(ctx, api) {
  var shape = Shape.create(), error = new Missing("x"), list = new List(1, 2, 3), cache = new Cache([["a", 1]]);
  api.v1.claims.setClaim("shape", ["".concat(shape.toString()), +shape, shape.size, shape.constructor]);
  api.v1.claims.setClaim("error", [error.toString(), error instanceof Missing, error instanceof Error, error.name]);
  api.v1.claims.setClaim("list", [list.last(), list.map(function (x) { return x + 1; }).last(), list instanceof List, list.length, cache.get("a"), cache.get("b"), cache.size]);
  api.v1.claims.setClaim("others", [_objectSpread2({ toString: 1 }, { valueOf: 2, constructor: 3 }), _toConsumableArray(new Set([1, 2])), _slicedToArray(new Map([[1, 2]]), 1), _typeof(Symbol())]);
}
