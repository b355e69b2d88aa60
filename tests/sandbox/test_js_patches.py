"""Actions that patch built-ins for themselves: what they did is read all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actionsd_sandbox.mailbox import SIZE_BYTES

Run = Callable[..., Any]

FOR_ITSELF = [
    "RegExp.prototype.exec = () => []",
    "String.prototype.isWellFormed = () => true; String.prototype.toWellFormed = () => ({})",
    "JSON.parse = JSON.stringify = () => '}'",
    "for (const key of Reflect.ownKeys(Array.prototype)) Array.prototype[key] = 1",
    "Object.keys = () => [{ toString: () => '\"' }]",
    "Array.prototype.toJSON = String.prototype.toJSON = () => 1",
    "const g = globalThis; for (const key of Reflect.ownKeys(g)) delete g[key]",
    "for (let i = 0; i < 9; i++) Object.defineProperty(Array.prototype, i, {set() {}})",
]


@pytest.mark.parametrize("patch", FOR_ITSELF)
@pytest.mark.parametrize("ending", ["", "throw 'the end'"])
def test_patch_for_itself_does_not_change_what_is_written(
    run_fresh: Run, patch: str, ending: str
) -> None:
    outcome = run_fresh(
        f"{patch}; function f(ctx, api) {{ api.v1.claims.setClaim('\ud800', ['\\\"']); {ending} }}",
        partial=True,
    )
    assert outcome.claims == {"\ufffd": ['"']}
    message = "" if outcome.error is None else outcome.error["message"]
    assert message.partition(" at f (1:")[0] == ("the end" if ending else "")


def test_kind_of_a_host_error_cannot_be_made_up(run_fresh: Run) -> None:
    outcome = run_fresh("""
        Array.prototype.shift = function () { this[0] = {kind: 'bad_request', text: 'Error: x'} };
        function f(ctx, api) {
            for (let i = 0; i < 99; i++) try { api.v1.user.setMetadata() } catch { continue }
            throw new Error('x');
        }""")
    assert outcome.error["kind"] == "script_threw"


def test_default_for_every_object_is_not_the_callers_mistake(run_fresh: Run) -> None:
    script = "Object.prototype.user = 5; function f(ctx) { ctx.v1.getUser() }"
    assert run_fresh(script).actions == ["succeeded"]


ASK = """
    const reply = require('zitadel/http').fetch('https://a.example/ü', {
      headers: {'x-one': 'a, b', 'x-two': ['c']}, body: ['\\ud800', '"'],
    });
    api.v1.user.setMetadata('k', 'ä');
    """


@pytest.mark.parametrize(
    "patch",
    [
        *FOR_ITSELF,
        "for (const key of Reflect.ownKeys(String.prototype)) String.prototype[key] = () => 'no'",
        "String.prototype.charCodeAt = () => ({ valueOf: () => Math.random() * 99999 })",
        "Object.prototype.failure = { kind: 'internal', message: 'mine' }",
    ],
)
def test_patch_for_itself_does_not_change_what_is_asked(
    run_fresh: Run, fresh_broker: Any, patch: str
) -> None:
    headers = [["content-type", "a"], ["content-type", "b"]]
    document = {"status": 200, "headers": headers, "body": "ä" * 200_000}
    fresh_broker.answers["fetch"] = {"document": document}
    outcome = run_fresh(
        f"""const load = require; {patch}; require = load;
        function f(ctx, api) {{ {ASK}
            api.v1.claims.setClaim('seen', [reply.status, reply.headers, reply.body.length]);
        }}""",
        context={"user": {"id": "17"}},
        partial=True,
    )
    fetched, stored = fresh_broker.requests
    body = fetched["body"]  # by a `toJSON` of the script's, if it has one
    assert body == ("1" if "toJSON" in patch else '["\\ud800","\\""]')
    assert fetched["headers"] == [["X-One", "a"], ["X-One", "b"], ["X-Two", "c"]]
    assert (fetched["url"], stored["value"]) == ("https://a.example/ü", '"ä"')
    assert outcome.claims == {"seen": [200, {"Content-Type": ["a", "b"]}, 200_000]}


@pytest.mark.parametrize(
    "asks", ["require('zitadel/http').fetch('u')", "Math.random()", "require('zitadel/uuid').v4()"]
)
def test_no_patch_is_handed_the_mailbox(run_fresh: Run, asks: str) -> None:
    # Of everything that a typed array can be asked, `this` is looked at.
    outcome = run_fresh(
        f"""const SIZE = {SIZE_BYTES}, found = [], load = require;
        const typed = Object.getPrototypeOf(Uint8Array.prototype);
        const bufferOf = Object.getOwnPropertyDescriptor(typed, 'buffer').get;
        const {{ apply, ownKeys, getOwnPropertyDescriptor, defineProperty }} = Reflect;
        const sizeOf = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
        const look = (value) => {{
            for (const read of [() => apply(bufferOf, value, []), () => value]) {{
                try {{ if (apply(sizeOf, read(), []) === SIZE) found.push(value) }} catch {{}}
            }}
        }};
        const spy = (its) => function (...all) {{
            look(this); for (let i = 0; i < all.length; i++) look(all[i]);
            return apply(its, this, all);
        }};
        class Species {{
            constructor(...all) {{ all.forEach(look); return new Uint8Array(...all) }}
        }}
        const types = [Uint8Array, Uint16Array, ArrayBuffer, Object];
        for (const owner of [typed, ...types.map(({{ prototype }}) => prototype)]) {{
            for (const key of ownKeys(owner)) {{
                const {{ value, get, set, configurable }} = getOwnPropertyDescriptor(owner, key);
                if (!configurable || key === '__proto__') continue;
                if (typeof value === 'function' && key !== 'constructor') owner[key] = spy(value);
                else if (get) defineProperty(owner, key, {{ get: spy(get), set }});
            }}
        }}
        const constructor = {{ [Symbol.species]: Species }};
        Uint8Array.prototype.constructor = Uint16Array.prototype.constructor = constructor;
        require = load;
        function f(ctx, api) {{ {asks}; api.v1.claims.setClaim('found', found.length) }}""",
        partial=True,
    )
    assert outcome.error is None, outcome.error
    assert outcome.claims == {"found": 0}
