"""Actions that patch built-ins for themselves: what they did is read all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
