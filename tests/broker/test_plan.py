"""Scripts get names, and those that patch what all share get isolates of their own."""

from __future__ import annotations

from typing import Any

import pytest

from actionsd_broker.plan import Planner, make_plan
from actionsd_protocol.messages import Action, Limits


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


def test_action_that_fails_open_is_allowed_to_fail_in_its_worker() -> None:
    [step] = make_plan([Action(name="f", script="", fail_open=True)]).steps
    assert (step.allowed_to_fail, step.fail_open) == (True, True)
