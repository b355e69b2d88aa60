"""Scripts that change what all share are found by their text, ordinary ones are not."""

from __future__ import annotations

import pytest

from actionsd_broker.patches import patches_intrinsics

PATCHES = [
    "Array.prototype.last = function () {}",
    "Array.prototype['last'] = 1",
    "String . prototype . trim2 = 1",
    "Array\n  .prototype\n  .last = 1",
    "Math.cube = x => x ** 3;",
    "Object.prototype[Symbol.iterator] = 1",
    "for (const k in more) String.prototype[k] = more[k]",
    "Array.prototype.flat ||= 1",
    "Number.isInteger = Number.isInteger || function () {}",
    "Date.now || (Date.now = function () {})",
    "if (!Object.entries) Object.entries = function () {}",
    "Intl.NumberFormat.prototype.format = 1",
    "Array.prototype.includes.polyfilled = true",
    "Error.stackTraceLimit = 50",
    "Error.prepareStackTrace = f",
    "Symbol.asyncIterator = Symbol.asyncIterator || Symbol('asyncIterator')",
    "TypeError.prototype.name = 'x'",
    "Uint8Array.prototype.x = 1",
    "Function.prototype.method = function (name, f) { this.prototype[name] = f }",
    "Object.defineProperty(String.prototype, 'x', {})",
    "Object.defineProperties(Array.prototype, {})",
    "Object.defineProperty(Array, 'from', {})",
    "Object.assign(Array.prototype, {})",
    "Object.assign( Intl.Locale.prototype , {})",
    "Object.setPrototypeOf(Array.prototype, null)",
    "Reflect.set(Object.prototype, 'x', 1)",
    "Reflect.deleteProperty(Object.prototype, 'x')",
    "_.extend(String.prototype, {})",
    "$.extend(Array.prototype, {})",
    "mixin(Function.prototype, {})",
    "defineProperty(Array.prototype, 'x', {})",
    "defineBuiltIn(Array.prototype, 'x', {})",
    "delete Array.prototype.at",
    "delete Array.prototype['at']",
    "Array.prototype.__defineGetter__('x', f)",
    "[].__proto__.last = 1",
    "''.__proto__.twice = 1",
    "({}).__proto__['x'] = 1",
    "[].constructor.prototype.last = 1",
    "Object.getPrototypeOf([]).last = 1",
    "Object.getPrototypeOf({}).last = 1",
    "(function (p) { p.last = 1 })(Array.prototype)",
    "(function (p) { p.last = 1 }(Array.prototype))",
    "(function () { this.last = 1 }).call(Array.prototype)",
    "!function (p) { p.last = 1 }.call(this, Array.prototype)",
    "((p) => { p.last = 1 })(Array.prototype, 1)",
    "[String.prototype, Array.prototype].forEach((p) => { p.x = 1 })",
    "var proto = Array.prototype; proto.last = 1",
    "var a = 1, proto = Array.prototype; proto['last'] = 1",
    "const { prototype } = Array; prototype.last = 1",
    "const { prototype: p } = Array; Object.defineProperty(p, 'x', {})",
    "let $p = String.prototype\n$p.__defineGetter__('x', f)",
    "Promise = MyPromise",
    "if (!ok) Promise = MyPromise",
    "typeof Promise === 'undefined' && (Promise = MyPromise)",
    "globalThis.Promise = MyPromise",
    "this.Map = this.Map || MyMap",
    "JSON = JSON || {}",
    "Stack.prototype = Object.create(Array.prototype)",
    "Stack.prototype = new Array()",
    "Stack.prototype = []",
    "util.inherits(Stack, Array)",
    "var __extends = f; var S = (function (_super) { __extends(S, _super); }(Array));",
]

ORDINARY = [
    "const x = Array.prototype.slice.call(a)",
    "if (Array.prototype.at == undefined) {}",
    "if (Array.prototype.at === undefined) {}",
    "const f = (Error.code) => 1",
    "o.prototype.x = 1",
    "MyArray.prototype.x = 1",
    "function NotFoundError() {} NotFoundError.prototype.name = 'NotFoundError'",
    "NotFoundError.prototype = Object.create(Error.prototype)",
    "NotFoundError.prototype = new Error()",
    "Object.assign({}, a)",
    "Object.assign(JSON.parse(text), a)",
    "Object.assign(Error('x'), { code: 1 })",
    "Object.assign(new Error('x'), { code: 1 })",
    "Object.defineProperty(error, 'x', {})",
    "Object.prototype.hasOwnProperty.call(Array.prototype, 'at')",
    "Object.getOwnPropertyDescriptor(Array.prototype, 'at')",
    "map.set(Array, 1); types.set(Date, write)",
    "var arrayProto = Array.prototype, slice = arrayProto.slice, max = Math.max",
    "var push = Array.prototype.push; push.x = 1",
    "var proto = Foo.prototype; proto.toString = f",
    "var Promise = MyPromise",
    "const Map = MyMap",
    "log('Error = ' + e); log(`last Error = ${e}`)",
    "class Map {}",
    "function Set() {}",
    "x instanceof Error ? Error : String",
    "class E extends Error { name = 'E' }",
    "var __extends = f; var E = (function (_super) { __extends(E, _super); }(Error));",
    "util.inherits(Stream, EventEmitter)",
    "(function (root) { root.x = 1 })(this)",
    "(function (A) { return A.from('x') })(Array)",
    "const all = [Array.prototype, 1]",
    "function f(ctx, api) { api.v1.claims.setClaim('k', 'v') }",
    "delete user.name",
]


@pytest.mark.parametrize("source", PATCHES)
def test_script_that_patches_is_found(source: str) -> None:
    assert patches_intrinsics(source)


@pytest.mark.parametrize("source", ORDINARY)
def test_ordinary_script_is_not(source: str) -> None:
    assert not patches_intrinsics(source)


@pytest.mark.parametrize(
    "part",
    [
        "Object[",
        "Object ",
        "Array.prototype",
        "Object.assign( x ",
        "AError",
        "}(",
        "} ) . call ( this , ",
        "[].__proto__ . ",
        "var a=Array.prototype;",
        "extend(Array[" + "a" * 100,
        ";Map ",
        "a" * 100 + " = ",
        " " * 64,
        ".prototype = ",
        "{ prototype : ",
        "__extends }(",
    ],
)
def test_long_script_of_nothing_but_a_beginning_is_examined(part: str) -> None:
    # In one go: the square of this length would take minutes, and the whole broker with it.
    assert not patches_intrinsics(part * (512 * 1024 // len(part)))


def test_names_of_a_prototype_are_looked_for_up_to_a_number() -> None:
    many = "".join(f"var a{i} = Array.prototype;" for i in range(20_000))
    assert not patches_intrinsics(many)
