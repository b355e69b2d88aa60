"""Scripts get names, and those that patch what all share get isolates of their own."""

from __future__ import annotations

from typing import Any

import pytest

from actionsd_broker.plan import Planner, make_plan, patches_intrinsics
from actionsd_protocol.messages import Action, Limits


@pytest.mark.parametrize(
    "source",
    [
        "Array.prototype.last = function () {}",
        "Array.prototype['last'] = 1",
        "String . prototype . trim2 = 1",
        "Math.cube = x => x ** 3;",
        "Object.prototype[Symbol.iterator] = 1",
        "Object.defineProperty(String.prototype, 'x', {})",
        "Object.assign(Array.prototype, {})",
        "Reflect.set(Object.prototype, 'x', 1)",
        "Array.prototype.flat ||= 1",
        "delete Array.prototype.at",
        "TypeError.prototype.name = 'x'",
        "Uint8Array.prototype.x = 1",
        "Array.prototype.__defineGetter__('x', f)",
    ],
)
def test_script_that_patches_is_found(source: str) -> None:
    assert patches_intrinsics(source)


@pytest.mark.parametrize(
    "source",
    [
        "const x = Array.prototype.slice.call(a)",
        "if (Array.prototype.at == undefined) {}",
        "if (Array.prototype.at === undefined) {}",
        "o.prototype.x = 1",
        "MyArray.prototype.x = 1",
        "Object.assign({}, a)",
        "function f(ctx, api) { api.v1.claims.setClaim('k', 'v') }",
        "delete user.name",
    ],
)
def test_ordinary_script_is_not(source: str) -> None:
    assert not patches_intrinsics(source)


@pytest.mark.parametrize(
    ("realm", "source", "fresh"),
    [
        ("auto", "Math.x = 1", True),
        ("auto", "f()", False),
        ("shared", "Math.x = 1", False),
        ("fresh", "f()", True),
    ],
)
def test_manifest_overrules_what_was_found(realm: str, source: str, fresh: bool) -> None:
    plan = make_plan([Action(name="f", script=source, realm=realm)])
    assert plan.steps[0].fresh is fresh


def test_step_has_every_limit_of_its_action() -> None:
    limits: dict[str, Any] = {
        "timeout": 1.0,
        "cpu": 2.0,
        "memory": 64,
        "output": 5,
        "mutations": 4,
        "logs": 3,
    }
    plan = make_plan([Action(name="f", script="1", **limits), Action(name="g", script="1")])
    assert plan.steps[0].limits() == limits
    assert plan.steps[1].limits() == Limits().limits()


def test_equal_scripts_share_a_name() -> None:
    plan = make_plan([Action(name="f", script="1"), Action(name="g", script="1")])
    assert len(plan.sources) == 1
    assert plan.steps[0].script == plan.steps[1].script


def test_different_scripts_have_different_names() -> None:
    plan = make_plan([Action(name="f", script="1"), Action(name="f", script="2")])
    assert len(plan.sources) == 2


@pytest.mark.parametrize(
    "part", ["Object[", "Object ", "Array.prototype", "Object.assign( x ", "AError"]
)
def test_long_script_of_nothing_but_a_beginning_is_examined(part: str) -> None:
    # In one go: the square of this length would take minutes, and the whole broker with it.
    assert not patches_intrinsics(part * (512 * 1024 // len(part)))


def test_same_script_is_examined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def examine(source: str) -> bool:
        seen.append(source)
        return False

    monkeypatch.setattr("actionsd_broker.plan.patches_intrinsics", examine)
    planner = Planner()
    for _ in range(3):
        planner.plan([Action(name="f", script="1")])
    assert seen == ["1"]
