from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

GENERATOR = "Object.getPrototypeOf(function* () {})"
ASYNC_GENERATOR = "Object.getPrototypeOf(async function* () {})"
ITERATORS = [
    "[][Symbol.iterator]()",
    "''[Symbol.iterator]()",
    "new Map().entries()",
    "new Set().values()",
    "'a'.matchAll(/a/g)",
    "[].values().map((x) => x)",
    "Iterator.from({next() {}})",
]

# Each is what a run may leave behind, and what the next run would see of it.
LEAKS = {
    "undeclared global": ("leak = 1", "typeof leak"),
    "property of globalThis": ("globalThis.leak = 1", "typeof leak"),
    "property of this": ("this.leak = 1", "typeof leak"),
    "top-level let": ("let leak = 1", "typeof leak"),
    "top-level const": ("const leak = 1", "typeof leak"),
    "top-level var": ("var leak = 1", "typeof leak"),
    "top-level class": ("class leak {}", "typeof leak"),
    "top-level function": ("function leak() {}", "typeof leak"),
    "indirect eval": ("(0, eval)('var leak = 1; function g() {}')", "[typeof leak, typeof g]"),
    "new Function": ("new Function('leak = 1')()", "typeof leak"),
    "symbol-keyed global": (
        "globalThis[Symbol.for('leak')] = 1",
        "String(globalThis[Symbol.for('leak')])",
    ),
    "well-known symbol of the global": (
        "globalThis[Symbol.toStringTag] = 'leak'",
        "Object.prototype.toString.call(globalThis)",
    ),
    "integer-keyed global": ("globalThis[0] = 1; globalThis[2**32] = 1", "typeof globalThis[0]"),
    "accessor of the global": (
        "Object.defineProperty(globalThis, 'leak', {get: () => 1, configurable: true})",
        "typeof leak",
    ),
    "non-configurable global": (
        "Object.defineProperty(globalThis, 'leak', {value: 1})",
        "typeof leak",
    ),
    "frozen global": (
        "globalThis.leak = 1; Object.freeze(globalThis)",
        "[typeof leak, Object.isFrozen(globalThis)]",
    ),
    "sealed global": ("Object.preventExtensions(globalThis)", "Object.isExtensible(globalThis)"),
    "prototype of the global": (
        "Object.setPrototypeOf(globalThis, {leak: 1})",
        "typeof leak",
    ),
    "__proto__ of the global": ("globalThis.__proto__ = {leak: 1}", "typeof leak"),
    "property of the global's prototype": (
        "Object.getPrototypeOf(globalThis).leak = 1",
        "typeof leak",
    ),
    "property of the global's __proto__": ("this.__proto__.leak = 1", "typeof leak"),
    "prototype of the global's prototype": (
        "Object.setPrototypeOf(Object.getPrototypeOf(globalThis), {leak: 1})",
        "typeof leak",
    ),
    "require replaced": ("require = () => 'leak'", "String(require).includes('leak')"),
    "require's accessor": (
        "Object.getOwnPropertyDescriptor(globalThis, 'require').get.leak = 1",
        "typeof Object.getOwnPropertyDescriptor(globalThis, 'require').get.leak",
    ),
    "mark on require": ("require.leak = 1", "typeof require.leak"),
    "mark on a module": ("require('zitadel/log').leak = 1", "typeof require('zitadel/log').leak"),
    "mark on a module's function": (
        "require('zitadel/log').log.leak = 1",
        "typeof require('zitadel/log').log.leak",
    ),
    "method of a module": (
        "require('zitadel/log').log = null",
        "typeof require('zitadel/log').log",
    ),
    "Math patched": ("Math.max = () => 'leak'", "Math.max(1, 2)"),
    "Math extended": ("Math.leak = 1", "typeof Math.leak"),
    "JSON patched": ("JSON.parse = () => 'leak'; JSON.leak = 1", "[JSON.parse('1'), JSON.leak]"),
    "Date.now patched": ("Date.now = () => 'leak'", "typeof Date.now()"),
    "Promise patched": ("Promise.resolve = () => 'leak'", "typeof Promise.resolve()"),
    "constructor replaced": ("Map = 1; globalThis.Set = 2", "[typeof Map, typeof Set]"),
    "global deleted": (
        "delete globalThis.Map; delete globalThis.JSON",
        "[typeof Map, typeof JSON]",
    ),
    "constructor of Object.prototype": (
        "Object.prototype.constructor = 'leak'",
        "typeof ({}).constructor",
    ),
    "__proto__ of a literal": ("({}).__proto__.leak = 1", "typeof ({}).leak"),
    "__defineGetter__": ("({}).__proto__.__defineGetter__?.('leak', () => 1)", "typeof ({}).leak"),
    "symbol-keyed prototype": (
        "Array.prototype[Symbol.iterator] = 'leak'",
        "typeof [][Symbol.iterator]",
    ),
    "species": ("Array[Symbol.species] = 'leak'", "typeof Array[Symbol.species]"),
    "overridable name on its prototype": (
        "Object.prototype.toString = () => 'leak'; Error.prototype.name = 'leak'",
        "[`${{}}`, String(new Error('x'))]",
    ),
    "function behind an overridable name": (
        "Object.prototype.toString.leak = 1; Array.prototype.map.leak = 2",
        "[typeof Object.prototype.toString.leak, typeof [].map.leak]",
    ),
    "accessors of an error's stack": (
        "Object.getOwnPropertyDescriptor(new Error('x'), 'stack').get.leak = 1",
        "typeof Object.getOwnPropertyDescriptor(new Error('x'), 'stack').get.leak",
    ),
    "text that eval has compiled": (
        "(0, eval)('new Error().stack')",
        "(0, eval)('new Error().stack')",
    ),
    "accessor of an overridable name": (
        "Object.getOwnPropertyDescriptor(Object.prototype, 'toString').set.leak = 1",
        "typeof Object.getOwnPropertyDescriptor(Object.prototype, 'toString').set?.leak",
    ),
    "prototype of an intrinsic": (
        "Object.setPrototypeOf(Array.prototype, {leak: 1})",
        "typeof [].leak",
    ),
    "prototype of a time": (
        "new (ctx.v1.getUser().creationDate.constructor)('').constructor.prototype.leak = 1",
        "typeof ctx.v1.getUser().creationDate.leak",
    ),
    "static of a time's class": (
        "const T = ctx.v1.getUser().creationDate.constructor; T.leak = 1; T.valid = null",
        "((T) => [typeof T.leak, typeof T.valid])(ctx.v1.getUser().creationDate.constructor)",
    ),
    "prototype of a month": (
        "ctx.v1.getUser().creationDate.month().__proto__.leak = 1",
        "typeof ctx.v1.getUser().creationDate.month().leak",
    ),
    "regexp statics": (
        "/(l)(e)(a)k/.exec('leak')",
        "[RegExp.$1, RegExp.$2, RegExp.lastMatch, RegExp.input, RegExp.leftContext]",
    ),
    "regexp input": ("RegExp.input = 'leak'", "[RegExp.input, RegExp.$_]"),
    "regexp statics by replace": ("'leak'.replace(/(e)a/, 'x')", "[RegExp.$1, RegExp['$&']]"),
    "stack trace limit": ("Error.stackTraceLimit = 0", "Error.stackTraceLimit"),
    "prepareStackTrace": (
        "Error.prepareStackTrace = () => 'leak'",
        "new Error('x').stack === 'leak'",
    ),
    "mutated context": (
        "ctx.v1.leak = 1; ctx.v1.user.leak = 1; ctx.v1.getUser = null",
        "[ctx.v1.leak, ctx.v1.user.leak, typeof ctx.v1.getUser]",
    ),
    "mutated api": (
        "api.v1.leak = 1; api.v1.claims.leak = 1; api.v1.claims.setClaim.leak = 1",
        "[api.v1.leak, api.v1.claims.leak, api.v1.claims.setClaim.leak]",
    ),
    "promise that waits": ("new Promise(() => {}).then(() => { leak = 1 })", "typeof leak"),
    "microtask": ("Promise.resolve().then(() => { leak = 1 })", "typeof leak"),
    "chain of microtasks": (
        (
            "let p = Promise.resolve(); for (let i = 0; i < 50; i++) p = p.then(() => {});"
            "p.then(() => { leak = 1 })"
        ),
        "typeof leak",
    ),
    "proxy of the global": ("new Proxy(globalThis, {}).leak = 1", "typeof leak"),
    "Reflect.defineProperty": ("Reflect.defineProperty(globalThis, 'leak', {})", "'leak' in this"),
    "name that only a prototype hides": ("globalThis.constructor = 'leak'", "typeof constructor"),
    "toString of the global": ("globalThis.toString = () => 'leak'", "String(globalThis)"),
    "locale of numbers": ("Intl.NumberFormat.leak = 1", "typeof Intl.NumberFormat.leak"),
    "action of another script": ("other = f", "typeof other"),
}

PATCHED = [
    *(
        f"{name}.prototype"
        for name in [
            "Object",
            "Function",
            "Array",
            "String",
            "Number",
            "Boolean",
            "Symbol",
            "BigInt",
            "Date",
            "RegExp",
            "Map",
            "Set",
            "WeakMap",
            "WeakSet",
            "Promise",
            "Error",
            "TypeError",
            "Uint8Array",
            "ArrayBuffer",
            "DataView",
            "Iterator",
        ]
    ),
    "Reflect",
    "Proxy",
    "Intl",
    "Intl.DateTimeFormat.prototype",
    "Object.getPrototypeOf(Uint8Array)",
    "Object.getPrototypeOf(Uint8Array.prototype)",
    GENERATOR,
    f"{GENERATOR}.prototype",
    f"Object.getPrototypeOf({GENERATOR}.prototype)",
    f"{GENERATOR}.constructor",
    ASYNC_GENERATOR,
    f"{ASYNC_GENERATOR}.prototype",
    f"Object.getPrototypeOf(Object.getPrototypeOf({ASYNC_GENERATOR}.prototype))",
    "Object.getPrototypeOf(async () => {})",
    *(f"Object.getPrototypeOf({iterator})" for iterator in ITERATORS),
    "Object.getPrototypeOf(new Intl.Segmenter().segment(''))",
    (
        "((o) => Object.getOwnPropertyDescriptor(o, 'callee').get)"
        "((function () { 'use strict'; return arguments })())"
    ),
    "((s) => s)`template`",
    "((s) => s)`template`.raw",
    "eval",
    "globalThis.parseInt",
    "Object.getOwnPropertyDescriptor(RegExp, 'input')?.set",
]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("phase", ["top level", "function"])
def test_run_leaves_nothing_for_the_next(
    run_anew: Run, run: Run, run_fresh: Run, leak: str, phase: str
) -> None:
    left, seen = LEAKS[leak]
    probe = f"const f = (ctx, api) => api.v1.claims.setClaim('seen', {seen})"
    if phase == "function" or "ctx" in left or "api" in left:
        script = f"function f(ctx, api) {{ {left} }}"
    else:
        script = f"{left};\nfunction f() {{}}"
    run_anew(script)
    assert run(probe).claims == run_fresh(probe).claims


@pytest.mark.parametrize(
    "left", ["leak = 1", "Object.defineProperty(globalThis, 'leak', {value: 1})"]
)
def test_action_leaves_nothing_for_the_next_of_its_chain(run: Run, left: str) -> None:
    outcome = run(
        f"function f() {{ {left} }}",
        "const f = (ctx, api) => api.v1.claims.setClaim('seen', typeof leak)",
    )
    # Where it cannot be undone, the rest of the chain is for another isolate.
    assert outcome.completion.text == "unfinished" or outcome.claims == {"seen": "undefined"}


@pytest.mark.parametrize(
    ("left", "seen"),
    [
        ("api.metadata.push({key: {leak: 1}, value: 1})", "typeof api.metadata[0].key"),
        (
            "const key = 'k'; api.v1.user.appendMetadata(key, 1); api.metadata[0].leak = 1",
            "typeof api.metadata[0].leak",
        ),
    ],
)
def test_entry_is_text_for_the_next_action(run: Run, left: str, seen: str) -> None:
    trigger = "internal-authentication/pre-creation"
    outcome = run(
        f"function f(ctx, api) {{ {left} }}",
        f"const f = (ctx, api) => require('zitadel/log').log({seen})",
        trigger=trigger,
    )
    assert outcome.logs in ([("info", "string")], [("info", "undefined")])


def test_roles_are_the_next_actions_own(run: Run) -> None:
    outcome = run(
        """function f(ctx, api) {
            api.v1.appendUserGrant({projectId: 'p', roles: ['role']});
            api.userGrants[0].roles.leak = () => 1;
            api.userGrants[0].roles[0] = 'other';
        }""",
        """function f(ctx, api) {
            const { roles } = api.userGrants[0];
            require('zitadel/log').log(typeof roles.leak, roles[0]);
        }""",
        trigger="internal-authentication/post-creation",
    )
    assert outcome.logs == [("info", "undefined role")]


def test_stack_does_not_tell_that_another_action_threw(run: Run) -> None:
    tell = "const f = (ctx, api) => api.v1.claims.setClaim('stack', new Error('x').stack)"
    thrower = {"source": "function f() { throw 1 }", "tolerated": True}
    assert run(thrower, tell).claims == run(tell).claims


def test_script_does_not_see_whether_it_was_compiled_before(run_anew: Run, run: Run) -> None:
    tell = """const seen = RegExp.lastMatch + RegExp.input;
        function f(ctx, api) { api.v1.claims.setClaim('seen', seen) }"""
    assert [run_anew(tell).claims, run(tell).claims] == [{"seen": ""}] * 2


@pytest.mark.parametrize("intrinsic", PATCHED)
def test_intrinsic_cannot_be_marked(run: Run, intrinsic: str) -> None:
    mark = "o.leak = 1; Object.defineProperty(o, 'l2', {})"
    run(f"function f() {{ const o = {intrinsic}; {mark} }}")
    run(f"function f() {{ Object.setPrototypeOf({intrinsic}, {{leak: 1}}) }}")
    probe = f"((o) => [Object.hasOwn(o, 'leak'), Object.hasOwn(o, 'l2'), 'leak' in o])({intrinsic})"
    outcome = run(f"const f = (ctx, api) => api.v1.claims.setClaim('seen', {probe})")
    assert outcome.claims == {"seen": [False] * 3}


@pytest.mark.parametrize(
    ("mark", "seen"),
    [
        ("arguments.callee.leak = 1", "arguments.callee.leak"),
        ("arguments.callee.prototype.leak = 1", "arguments.callee.prototype.leak"),
        (
            "Object.setPrototypeOf(arguments.callee.prototype, {leak: 1})",
            "arguments.callee.prototype.leak",
        ),
        ("Object.setPrototypeOf(arguments.callee, {leak: 1})", "arguments.callee.leak"),
        ("((s) => { s.leak = 1 })`x`", "((s) => s)`x`.leak"),
        ("(function () { 'use strict' }).leak = 1", "undefined"),
    ],
)
def test_script_finds_no_mark_of_its_last_run(run: Run, mark: str, seen: str) -> None:
    script = f"""const seen = typeof {seen};
        try {{ {mark} }} catch {{}}
        function f(ctx, api) {{ api.v1.claims.setClaim('seen', seen) }}"""
    assert [run(script).claims for _ in range(2)] == [{"seen": "undefined"}] * 2


@pytest.mark.parametrize("name", ["f", "ctx", "api", "x"])
def test_top_level_binding_is_new_in_every_run(run: Run, name: str) -> None:
    script = f"""let {name}1 = (typeof {name}1 === 'undefined' ? 0 : 1);
        function f(ctx, api) {{ api.v1.claims.setClaim('n', ++{name}1) }}"""
    script = script.replace(f"(typeof {name}1 === 'undefined' ? 0 : 1)", "0")
    assert [run(script).claims for _ in range(3)] == [{"n": 1}] * 3


@pytest.mark.parametrize(
    "name",
    ["WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry", "console"],
)
def test_channel_between_runs_is_not_there(run: Run, run_fresh: Run, name: str) -> None:
    probe = f"const f = (ctx, api) => api.v1.claims.setClaim('seen', typeof {name})"
    assert run(probe).claims == run_fresh(probe).claims == {"seen": "undefined"}


@pytest.mark.parametrize(
    "name", ["exchange", "receive", "send", "drain", "note", "kernel", "process", "setTimeout"]
)
def test_host_is_not_reachable(value: Run, name: str) -> None:
    assert value(f"typeof {name}") == "undefined"


def test_every_property_of_an_ordinary_realm_is_frozen(value: Run) -> None:
    walk = """(() => {
        const open = [], seen = new Set([globalThis]);
        const waiting = [Object.getPrototypeOf(globalThis)];
        for (const key of Reflect.ownKeys(globalThis)) {
            const property = Object.getOwnPropertyDescriptor(globalThis, key);
            if (key !== 'require') waiting.push(property.value);
            waiting.push(property.get, property.set);
        }
        while (waiting.length > 0) {
            const value = waiting.pop();
            if (Object(value) !== value || seen.has(value)) continue;
            seen.add(value);
            if (!Object.isFrozen(value)) open.push(String(value.name ?? 'object'));
            waiting.push(Object.getPrototypeOf(value));
            for (const key of Reflect.ownKeys(value)) {
                const property = Object.getOwnPropertyDescriptor(value, key);
                waiting.push(property.value, property.get, property.set);
            }
        }
        return [open, seen.size > 500];
    })()"""
    assert value(walk) == [[], True]


OVERRIDES = [
    ("const o = {}; o.toString = () => 'mine'", "`${o}`", "mine"),
    (
        "const o = {}; o.constructor = 1; o.hasOwnProperty = 2",
        "[o.constructor, o.hasOwnProperty]",
        [1, 2],
    ),
    ("const o = []; o.toString = () => 'mine'", "`${o}`", "mine"),
    ("const o = () => 1; o.toString = () => 'mine'; o.call = 2", "[`${o}`, o.call]", ["mine", 2]),
    ("const o = new Date(); o.toJSON = () => 'mine'", "JSON.stringify(o)", '"mine"'),
    ("const e = new Error('a'); e.message = 'b'; e.name = 'N'", "String(e)", "N: b"),
    ("const e = new TypeError('a'); e.name = 'N'", "String(e)", "N: a"),
    ("const e = new RangeError(); e.message = 'm'", "Object.keys(e).includes('message')", True),
    (
        "function A() {} A.prototype.toString = function () { return 'mine' }",
        "`${new A()}`",
        "mine",
    ),
    (
        (
            "function A() {} function B() {} B.prototype = Object.create(A.prototype);"
            "B.prototype.constructor = B"
        ),
        "new B().constructor === B",
        True,
    ),
    (
        (
            "function E(m) { this.message = m; this.name = 'E' } E.prototype = new Error();"
            "E.prototype.constructor = E"
        ),
        "String(new E('m'))",
        "E: m",
    ),
    (
        (
            "function E(m) { this.message = m } E.prototype = Object.create(Error.prototype);"
            "E.prototype.name = 'E'; E.prototype.constructor = E"
        ),
        "[String(new E('m')), new E('m') instanceof Error, new E('m').constructor === E]",
        ["E: m", True, True],
    ),
    (
        "class E extends Error { constructor(m) { super(m); this.name = 'E' } }",
        "String(new E('m'))",
        "E: m",
    ),
    (
        # Not `constructor` of an array, which V8 watches: docs/compatibility.md
        "function L() {} L.prototype = []; L.prototype.constructor = L",
        "new L().constructor === L",
        False,
    ),
    (
        "class P extends RegExp {} const p = new P('a'); p.exec = () => 'mine'",
        "Object.hasOwn(p, 'exec')",
        False,
    ),
    (
        "function S() {} S.prototype = Object.create(String.prototype); S.prototype.trim = () => 1",
        "Object.hasOwn(S.prototype, 'trim')",
        False,
    ),
    (
        (
            "function L() {} L.prototype = Object.create(Array.prototype);"
            "L.prototype.push = () => 'mine'"
        ),
        "new L().push()",
        "mine",
    ),
    (
        "const o = Object.assign({}, {valueOf: () => 5, toString: () => 'x'})",
        "[o + 1, `${o}`]",
        [6, "x"],
    ),
    ("const o = JSON.parse('{\"constructor\": 1}'); o.constructor = 2", "o.constructor", 2),
    ("const o = Object.create({}); o.valueOf = () => 7", "+o", 7),
    (
        "const o = {}; o.toString = 1; o.toString = 2",
        "[o.toString, Object.keys(o)]",
        [2, ["toString"]],
    ),
    ("const o = {}; o.toString = 1; delete o.toString", "typeof o.toString", "function"),
    ("const o = Object.freeze({}); o.toString = 1; o.other = 1", "typeof o.toString", "function"),
    ("const o = new Map(); o.toString = () => 'mine'", "`${o}`", "mine"),
    ("'text'.toString = 1", "`${'text'}`", "text"),
]


@pytest.mark.parametrize(("script", "expression", "expected"), OVERRIDES)
def test_own_property_overrides_a_frozen_prototype(
    run: Run, script: str, expression: str, expected: Any
) -> None:
    source = f"function f(ctx, api) {{ {script}; api.v1.claims.setClaim('v', {expression}) }}"
    outcome = run(source)
    assert outcome.error is None, outcome.error
    assert outcome.claims == {"v": expected}


@pytest.mark.parametrize(("script", "expression", "expected"), OVERRIDES[:6])
def test_override_works_in_strict_mode(
    run: Run, script: str, expression: str, expected: Any
) -> None:
    source = f"function f(ctx, api) {{ {script}; api.v1.claims.setClaim('v', {expression}) }}"
    assert run(f"'use strict'; {source}").claims == {"v": expected}


@pytest.mark.parametrize(
    ("script", "fits"),
    [
        ("leak = 1", True),
        ("globalThis[0] = 1; globalThis[Symbol('x')] = 1", True),
        ("require = 1", True),
        ("for (let i = 0; i < 900; i++) globalThis['leak' + i] = i", True),
        ("for (let i = 0; i < 1100; i++) globalThis['leak' + i] = i", False),
        ("Object.defineProperty(globalThis, 'leak', {value: 1})", False),
        ("Object.preventExtensions(globalThis)", False),
        ("Object.setPrototypeOf(globalThis, null)", False),
    ],
)
def test_realm_is_given_up_only_for_what_cannot_be_undone(
    run: Run,
    script: str,
    fits: bool,
) -> None:
    run(f"function f() {{ {script} }}")
    outcome = run("function f() {}")
    assert outcome.actions == ["succeeded"]
    assert outcome.same_realm is fits


def test_realm_that_is_not_hardened_may_be_patched(run_fresh: Run) -> None:
    outcome = run_fresh("""Array.prototype.first = function () { return this[0] };
        String.prototype.twice = function () { return this + this };
        function f(ctx, api) { api.v1.claims.setClaim('v', ['a'.twice()].first()) }""")
    assert outcome.claims == {"v": "aa"}
