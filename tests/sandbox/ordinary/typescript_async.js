// Realm: shared. Async functions and generators as the TypeScript compiler writes them for
// ES5: the generator objects inherit from Iterator where there is one.
"use strict";
var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
var __generator = (this && this.__generator) || function (thisArg, body) {
    var _ = { label: 0, sent: function () { if (t[0] & 1) throw t[1]; return t[1]; }, trys: [], ops: [] }, run, y, t;
    var g = Object.create((typeof Iterator === "function" ? Iterator : Object).prototype);
    return g.next = verb(0), g["throw"] = verb(1), g["return"] = verb(2), typeof Symbol === "function" && (g[Symbol.iterator] = function () { return this; }), g;
    function verb(n) { return function (v) { return step([n, v]); }; }
    function step(op) {
        if (run) throw new TypeError("Generator is already executing.");
        while (g && (g = 0, op[0] && (_ = 0)), _) try {
            if (run = 1, y && (t = op[0] & 2 ? y["return"] : op[0] ? y["throw"] || ((t = y["return"]) && t.call(y), 0) : y.next) && !(t = t.call(y, op[1])).done) return t;
            if (y = 0, t) op = [op[0] & 2, t.value];
            switch (op[0]) {
                case 0: case 1: t = op; break;
                case 4: _.label++; return { value: op[1], done: false };
                case 5: _.label++; y = op[1]; op = [0]; continue;
                case 7: op = _.ops.pop(); _.trys.pop(); continue;
                default:
                    if (!(t = _.trys, t = t.length > 0 && t[t.length - 1]) && (op[0] === 6 || op[0] === 2)) { _ = 0; continue; }
                    if (op[0] === 3 && (!t || (op[1] > t[0] && op[1] < t[3]))) { _.label = op[1]; break; }
                    if (op[0] === 6 && _.label < t[1]) { _.label = t[1]; t = op; break; }
                    if (t && _.label < t[2]) { _.label = t[2]; _.ops.push(op); break; }
                    if (t[2]) _.ops.pop();
                    _.trys.pop(); continue;
            }
            op = body.call(thisArg, _);
        } catch (e) { op = [6, e]; y = 0; } finally { run = t = 0; }
        if (op[0] & 5) throw op[1];
        return { value: op[0] ? op[1] : void 0, done: true };
    }
};
var __values = (this && this.__values) || function (o) {
    var s = typeof Symbol === "function" && Symbol.iterator, m = s && o[s], i = 0;
    if (m) return m.call(o);
    return { next: function () { if (o && i >= o.length) o = void 0; return { value: o && o[i++], done: !o }; } };
};
var __read = (this && this.__read) || function (o, n) {
    var i = o[Symbol.iterator](), r, ar = [];
    while ((n === void 0 || n-- > 0) && !(r = i.next()).done) ar.push(r.value);
    return ar;
};
function numbers() {
    return __generator(this, function (_a) {
        switch (_a.label) {
            case 0: return [4 /*yield*/, 1];
            case 1: _a.sent(); return [4 /*yield*/, 2];
            case 2: _a.sent(); return [2 /*return*/];
        }
    });
}
function slow(value) {
    return __awaiter(this, void 0, void 0, function () {
        var error_1;
        return __generator(this, function (_a) {
            switch (_a.label) {
                case 0: _a.trys.push([0, 2, , 3]); return [4 /*yield*/, Promise.resolve(value)];
                case 1: _a.sent(); throw new Error("slow");
                case 2: error_1 = _a.sent(); return [2 /*return*/, error_1.message + value];
                case 3: return [2 /*return*/];
            }
        });
    });
}
function f(ctx, api) {
    return __awaiter(this, void 0, void 0, function () {
        var e_1, _a, all, it, _b;
        return __generator(this, function (_c) {
            switch (_c.label) {
                case 0:
                    all = [];
                    for (it = __values(numbers()), _a = it.next(); !_a.done; _a = it.next()) all.push(_a.value);
                    _b = api.v1.claims;
                    return [4 /*yield*/, slow(1)];
                case 1:
                    _b.setClaim("async", [_c.sent(), all, __read([5, 6, 7], 2), numbers()[Symbol.iterator]().next(), numbers().map(function (x) { return x * 2; }).toArray()]);
                    return [2 /*return*/];
            }
        });
    });
}
