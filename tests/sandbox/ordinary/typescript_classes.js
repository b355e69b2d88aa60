// Realm: shared. Classes as the TypeScript compiler writes them for ES5: heirs of own
// classes, of Error, Map and Promise, with accessors, statics and decorators.
"use strict";
var __extends = (this && this.__extends) || (function () {
    var extendStatics = function (d, b) {
        extendStatics = Object.setPrototypeOf ||
            ({ __proto__: [] } instanceof Array && function (d, b) { d.__proto__ = b; }) ||
            function (d, b) { for (var p in b) if (Object.prototype.hasOwnProperty.call(b, p)) d[p] = b[p]; };
        return extendStatics(d, b);
    };
    return function (d, b) {
        if (typeof b !== "function" && b !== null) throw new TypeError("Class extends value " + String(b) + " is not a constructor or null");
        extendStatics(d, b);
        function __() { this.constructor = d; }
        d.prototype = b === null ? Object.create(b) : (__.prototype = b.prototype, new __());
    };
})();
var __assign = (this && this.__assign) || function () {
    __assign = Object.assign || function (t) {
        for (var s, i = 1, n = arguments.length; i < n; i++) {
            s = arguments[i];
            for (var p in s) if (Object.prototype.hasOwnProperty.call(s, p)) t[p] = s[p];
        }
        return t;
    };
    return __assign.apply(this, arguments);
};
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __spreadArray = (this && this.__spreadArray) || function (to, from, pack) {
    if (pack || arguments.length === 2) for (var i = 0, l = from.length, ar; i < l; i++) {
        if (ar || !(i in from)) {
            if (!ar) ar = Array.prototype.slice.call(from, 0, i);
            ar[i] = from[i];
        }
    }
    return to.concat(ar || Array.prototype.slice.call(from));
};
var Animal = /** @class */ (function () {
    function Animal(name) { this.name = name; }
    Animal.prototype.toString = function () { return "Animal ".concat(this.name); };
    Animal.prototype.valueOf = function () { return this.name.length; };
    Object.defineProperty(Animal.prototype, "loud", { get: function () { return this.name.toUpperCase(); }, enumerable: false, configurable: true });
    Animal.make = function (name) { return new this(name); };
    return Animal;
}());
var Dog = /** @class */ (function (_super) {
    __extends(Dog, _super);
    function Dog() { return _super !== null && _super.apply(this, arguments) || this; }
    Dog.prototype.toString = function () { return _super.prototype.toString.call(this) + "!"; };
    __decorate([function (t, k, d) { var f = d.value; d.value = function () { return f.apply(this, arguments) + " decorated"; }; return d; }], Dog.prototype, "toString", null);
    return Dog;
}(Animal));
var NotFound = /** @class */ (function (_super) {
    __extends(NotFound, _super);
    function NotFound(message, code) {
        var _newTarget = this.constructor;
        var _this = _super.call(this, message) || this;
        _this.code = code;
        Object.setPrototypeOf(_this, _newTarget.prototype);
        _this.name = "NotFound";
        return _this;
    }
    NotFound.prototype.toString = function () { return "".concat(this.name, " ").concat(this.code, ": ").concat(this.message); };
    return NotFound;
}(Error));
var OldError = /** @class */ (function (_super) {
    __extends(OldError, _super);
    function OldError(message) {
        var _this = _super.call(this, message) || this;
        _this.message = message; // an own one, as `this` is not what Error gave
        return _this;
    }
    return OldError;
}(TypeError));
var Later = /** @class */ (function (_super) {
    __extends(Later, _super);
    function Later() { return _super !== null && _super.apply(this, arguments) || this; }
    return Later;
}(Object));
var Promised = /** @class */ (function (_super) {
    __extends(Promised, _super);
    function Promised() { return _super !== null && _super.apply(this, arguments) || this; }
    Promised.prototype.then = function () { return "mine"; };
    return Promised;
}(Promise));
var Level;
(function (Level) { Level[Level["Low"] = 0] = "Low"; Level[Level["High"] = 1] = "High"; })(Level || (Level = {}));
function f(ctx, api) {
    var dog = Dog.make("rex"), error = new NotFound("role", 404), old = new OldError("old");
    api.v1.claims.setClaim("classes", ["".concat(dog), +dog, dog.loud, dog instanceof Animal, dog.constructor === Dog, Object.keys(dog)]);
    api.v1.claims.setClaim("errors", [String(error), error instanceof NotFound, error instanceof Error, error.name, error.code, typeof error.stack, error.constructor === NotFound, old.message]);
    api.v1.claims.setClaim("others", [__assign({ a: 1 }, { toString: "b", constructor: 2 }), __spreadArray([1], [2, , 3], true), Level[1], Level.High, new Later() instanceof Later, Promised.prototype.then(), Promised.prototype.constructor === Promised]);
}
