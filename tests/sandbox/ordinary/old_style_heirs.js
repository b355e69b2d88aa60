// Realm: shared. Inheritance as it was written before there were classes.
function inherits(ctor, superCtor) {
  ctor.super_ = superCtor;
  ctor.prototype = Object.create(superCtor.prototype, { constructor: { value: ctor, enumerable: false, writable: true, configurable: true } });
}
function EventEmitter() { this._events = {}; this.constructor = EventEmitter; }
EventEmitter.prototype.on = function (name, run) { (this._events[name] = this._events[name] || []).push(run); return this; };
EventEmitter.prototype.emit = function (name) { var all = this._events[name] || [], args = [].slice.call(arguments, 1); for (var i = 0; i < all.length; i++) all[i].apply(this, args); return all.length > 0; };
EventEmitter.prototype.toString = function () { return 'emitter'; };
function Stream() { EventEmitter.call(this); }
inherits(Stream, EventEmitter);
Stream.prototype.toString = function () { return 'stream of ' + Stream.super_.prototype.toString.call(this); };
function CustomError(message) { this.name = 'CustomError'; this.message = message || ''; this.stack = new Error(message).stack; if (Error.captureStackTrace) Error.captureStackTrace(this, CustomError); }
CustomError.prototype = Object.create(Error.prototype);
CustomError.prototype.constructor = CustomError;
CustomError.prototype.toString = function () { return this.name + '> ' + this.message; };
function LegacyError(message) { this.message = message; }
LegacyError.prototype = new Error();
LegacyError.prototype.name = 'LegacyError';
LegacyError.prototype.constructor = LegacyError;
function Point(x) { if (!(this instanceof Point)) return new Point(x); this.x = x; }
Point.prototype = { constructor: Point, toString: function () { return 'point ' + this.x; }, valueOf: function () { return this.x; } };
function mixin(target) { for (var i = 1; i < arguments.length; i++) for (var key in arguments[i]) target[key] = arguments[i][key]; return target; }
mixin(Point.prototype, { toString: function () { return 'mixed ' + this.x; }, isPrototypeOf: 'mine' });
Object.assign(Point.prototype, { toLocaleString: function () { return 'local'; }, constructor: Point });
Point.prototype.__defineGetter__('double', function () { return this.x * 2; });
var __proto = { toString: function () { return 'literal'; } }, heir = { __proto__: __proto, valueOf: function () { return 8; } };
function f(ctx, api) {
  undeclared = [];
  var stream = new Stream().on('a', function (x) { undeclared.push(x); });
  stream.emit('a', 1);
  api.v1.claims.setClaim('emitter', [String(stream), undeclared, stream.constructor === EventEmitter, stream instanceof EventEmitter]);
  api.v1.claims.setClaim('errors', [String(new CustomError('m')), new CustomError() instanceof Error, String(new LegacyError('l')), new LegacyError().constructor === LegacyError, Object.prototype.toString.call(new CustomError())]);
  api.v1.claims.setClaim('points', [String(Point(1)), Point(2) + 1, Point(3).toLocaleString(), Point(4).double, Point.prototype.isPrototypeOf, String(heir), heir + 1]);
}
