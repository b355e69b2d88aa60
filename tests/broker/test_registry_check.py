"""The check of a registry asks for one job after another and names what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.errors import RegistryError
from actionsd_broker.registry import RegisteredAction, Registry
from actionsd_broker.registry_check import RegistryCheck
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action
from actionsd_protocol.report import ActionFailure
from actionsd_protocol.result import ActionOutcome, JobFailure, JobResult, Timing


def registry(*names: str) -> Registry:
    actions = [Action(name=name, script=f"function {name}() {{}}") for name in names]
    return Registry(tuple(RegisteredAction("t", a, Path(f"/r/{a.name}.js")) for a in actions))


def result(failure: ActionFailure | None = None) -> JobResult:
    if failure is None:
        return JobResult("succeeded", None, [], [], [], Timing(0, 0, 0))
    outcome = ActionOutcome("f", "failed", failure, 0, 0, 0)
    error = JobFailure(failure.kind, failure.message, "f")
    return JobResult("failed", error, [outcome], [], [], Timing(0, 0, 0))


def run(check: RegistryCheck, results: list[JobResult]) -> None:
    for each in results:
        assert check.next() is not None
        check.result(each)
    assert check.next() is None


def test_registry_without_problems_is_passed_on() -> None:
    ended: list[tuple[Registry, RegistryError | None]] = []
    checked = registry("f", "g")
    run(RegistryCheck(checked, lambda *end: ended.append(end)), [result(), result()])
    assert ended == [(checked, None)]


def test_every_problem_is_named_with_its_place() -> None:
    ended: list[RegistryError | None] = []
    check = RegistryCheck(registry("f", "g"), lambda _, error: ended.append(error))
    syntax = ActionFailure(FailureKind.SYNTAX_ERROR, "no", 3, 7)
    missing = ActionFailure(FailureKind.MISSING_FUNCTION, "where is it?")
    run(check, [result(syntax), result(missing)])
    assert ended[0] is not None
    assert ended[0].problems == ["/r/f.js:3:7: action f: no", "/r/g.js: action g: where is it?"]


@pytest.mark.parametrize("kind", [FailureKind.FETCH_DENIED, FailureKind.METADATA_FAILED])
def test_script_that_asks_the_broker_at_its_top_level_is_passed(kind: FailureKind) -> None:
    ended: list[RegistryError | None] = []
    check = RegistryCheck(registry("f"), lambda _, error: ended.append(error))
    run(check, [result(ActionFailure(kind, "scripts are being checked", 1, 2))])
    assert ended == [None]


def test_script_that_asks_for_nonsense_at_its_top_level_is_not_passed() -> None:
    ended: list[RegistryError | None] = []
    check = RegistryCheck(registry("f"), lambda _, error: ended.append(error))
    run(check, [result(ActionFailure(FailureKind.FETCH_FAILED, "no url provided", 1, 2))])
    assert ended[0] is not None


def test_action_that_may_fail_in_a_job_may_not_fail_its_check() -> None:
    action = Action(name="f", script="", allowed_to_fail=True, fail_open=True)
    registered = RegisteredAction("t", action, Path("/r/f.js"))
    asked = RegistryCheck(Registry((registered,)), lambda *_: None).next()
    assert asked is not None
    [step] = asked.plan.steps
    assert (step.allowed_to_fail, step.fail_open) == (False, False)
