// Realm: fresh. A script that adds to built-ins for itself, in many ways.
(function (proto) { proto.viaCall = function () { return this.length; }; })(Array.prototype);
var stringProto = String.prototype;
stringProto.shout = function () { return this.toUpperCase() + '!'; };
Function.prototype.method = function (name, func) { this.prototype[name] = func; return this; };
Number.method('double', function () { return this * 2; });
Object.assign(Array.prototype, { second() { return this[1]; } });
[].__proto__.third = function () { return this[2]; };
Array.prototype.__defineGetter__('size', function () { return this.length; });
Math.cube = function (x) { return x * x * x; };
JSON.pretty = function (value) { return JSON.stringify(value, null, 1); };
Object.prototype.own = function (key) { return Object.prototype.hasOwnProperty.call(this, key); };
function f(ctx, api) { var v = [1, 2, 3]; api.v1.claims.setClaim('patched', [v.viaCall(), 'a'.shout(), (4).double(), v.second(), v.third(), v.size, Math.cube(2), JSON.pretty([1]), { a: 1 }.own('a')]); }
