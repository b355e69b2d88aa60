"""Reports that no honest worker could have written are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actionsd_broker.verdict import exhausting, failure, judge, outcomes, within_measure
from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.messages import Span, Step
from actionsd_protocol.report import ReportDocument, decode_report
from actionsd_protocol.triggers import OPS, PRE_USERINFO, TRIGGERS

LARGE = 2**30  # of a report that is not within its limits whatever it has in it
STRICT = Step(name="a", script="0" * 32, timeout=1, allowed_to_fail=False, fresh=False)
LENIENT = Step(name="b", script="1" * 32, timeout=1, allowed_to_fail=True, fresh=False)
ERROR = {"kind": "script_threw", "message": "no"}


def action(name: str, outcome: str = "succeeded", error: Any = None) -> dict[str, Any]:
    return {"name": name, "outcome": outcome, "error": error}


def report(*actions: dict[str, Any], **more: Any) -> ReportDocument:
    document = {"actions": list(actions), "mutations": [], "logs": [], **more}
    return decode_report(json.dumps(document, ensure_ascii=False).encode())


HONEST = [
    report(action("a"), action("b")),
    report(action("a", "failed", ERROR), action("b", "skipped")),
    report(action("a"), action("b", "tolerated", ERROR)),
    report(error={"kind": "bad_request", "message": "no"}),
    report(
        action("a"),
        action("b"),
        mutations=[
            {"op": "setClaim", "action": "a", "key": "k", "value": {"x": [1]}},
            {
                "op": "appendLogIntoClaims",
                "action": "b",
                "key": "urn:zitadel:iam:action:b:log",
                "value": ["hm"],
            },
            {"op": "setMetadata", "action": "b", "key": "k", "value": "NA=="},
        ],
        logs=[{"action": "a", "level": "info", "message": "hi"}],
    ),
]

FORGED = {
    "an action is missing": report(action("a")),
    "an action is foreign": report(action("a"), action("c")),
    "the order is another": report(action("b"), action("a")),
    "an action ran after a failure": report(action("a", "failed", ERROR), action("b")),
    "an action was skipped without a failure": report(action("a"), action("b", "skipped")),
    "a failure has no error": report(action("a", "failed"), action("b", "skipped")),
    "a success has an error": report(action("a", error=ERROR), action("b")),
    "a failure is tolerated that is not allowed": report(
        action("a", "tolerated", ERROR), action("b")
    ),
    "a failure is not tolerated that is allowed": report(action("a"), action("b", "failed", ERROR)),
    "a mutation is a stranger's": report(
        action("a"),
        action("b"),
        mutations=[{"op": "setClaim", "action": "c", "key": "k", "value": 1}],
    ),
    "a mutation is of a skipped action": report(
        action("a", "failed", ERROR),
        action("b", "skipped"),
        mutations=[{"op": "setClaim", "action": "b", "key": "k", "value": 1}],
    ),
    "a claim is reserved": report(
        action("a"),
        action("b"),
        mutations=[{"op": "setClaim", "action": "a", "key": "urn:zitadel:iam:x", "value": 1}],
    ),
    "a log claim has another action's name": report(
        action("a"),
        action("b"),
        mutations=[
            {
                "op": "appendLogIntoClaims",
                "action": "a",
                "key": "urn:zitadel:iam:action:b:log",
                "value": [],
            }
        ],
    ),
    "a failure is one that only the broker can know": report(
        action("a", "failed", {"kind": "queue_timeout", "message": ""}), action("b", "skipped")
    ),
    "a job's failure is one that only the broker can know": report(
        error={"kind": "overloaded", "message": ""}
    ),
    "a log line is a stranger's": report(
        action("a"), action("b"), logs=[{"action": "c", "level": "info", "message": ""}]
    ),
    "nothing began, but something ran": report(
        action("a"), action("b"), error={"kind": "bad_request", "message": "no"}
    ),
}


VALUES: dict[str, dict[str, Any]] = {
    "setClaim": {"key": "k", "value": 1},
    "appendLogIntoClaims": {"key": "urn:zitadel:iam:action:a:log", "value": []},
    "setMetadata": {"key": "k", "value": ""},
    "appendMetadata": {"key": "k", "value": ""},
    "appendUserGrant": {"projectId": "p", "projectGrantId": "", "roles": []},
    "setCustomAttribute": {"name": "n", "nameFormat": "", "values": []},
    "setGender": {"value": 2},
    "setEmailVerified": {"value": True},
    "setPhoneVerified": {"value": False},
}


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("op", sorted(set().union(*OPS.values())))
def test_mutation_counts_only_where_the_api_has_it(trigger: str, op: str) -> None:
    mutation = {"op": op, "action": "a", **VALUES.get(op, {"value": "text"})}
    document = report(action("a"), mutations=[mutation])
    if op in OPS[trigger]:
        judge([STRICT], trigger, document, LARGE, [])
    else:
        with pytest.raises(RemoteProtocolError, match="not in the api of the trigger"):
            judge([STRICT], trigger, document, LARGE, [])


@pytest.mark.parametrize("honest", HONEST)
def test_honest_report_is_accepted(honest: ReportDocument) -> None:
    judge([STRICT, LENIENT], PRE_USERINFO, honest, LARGE, [Span(1, 1), Span(1, 1)])


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_forged_report_is_refused(forged: ReportDocument) -> None:
    with pytest.raises(RemoteProtocolError):
        judge([STRICT, LENIENT], PRE_USERINFO, forged, LARGE, [])


def test_more_spans_than_actions_are_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="3 spans"):
        judge([STRICT, LENIENT], PRE_USERINFO, HONEST[0], LARGE, [Span(1, 1)] * 3)


def test_skipped_actions_cost_nothing() -> None:
    costs = outcomes(HONEST[1], [Span(2500, 1500)], {0: 3})
    found = [(c.name, c.wall_ms, c.cpu_ms, c.fetches) for c in costs]
    assert found == [("a", 2.5, 1.5, 3), ("b", 0, 0, 0)]


def test_costs_are_believed_as_far_as_they_were_measured() -> None:
    honest = [Span(2000, 1000), Span(3000, 1500)]
    assert within_measure(honest, 0.006, 0.003) == honest
    lies = [Span(2000, 9_000_000), Span(9_000_000, 1)]
    assert within_measure(lies, 0.006, 0.003) == [Span(2000, 3000), Span(4000, 0)]
    assert within_measure([], 1.0, 1.0) == []


def test_job_fails_with_the_failure_of_its_culprit() -> None:
    failed = failure(HONEST[1])
    assert failed is not None
    assert (failed.kind, failed.action) == (FailureKind.SCRIPT_THREW, "a")
    assert failure(HONEST[2]) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("timeout", True), ("cpu_limit", True), ("memory_limit", True), ("script_threw", False)],
)
@pytest.mark.parametrize("outcome", ["failed", "tolerated"])
def test_action_that_went_over_a_limit_is_noticed(kind: str, expected: bool, outcome: str) -> None:
    error = {"kind": kind, "message": ""}
    assert exhausting(report(action("a"), action("b", outcome, error))) is expected


def claim(number: int, value: str = "x", name: str = "a") -> dict[str, Any]:
    return {"op": "setClaim", "action": name, "key": f"k{number}", "value": value}


def line(message: str = "x") -> dict[str, Any]:
    return {"action": "a", "level": "info", "message": message}


def log_claim(*lines: str) -> dict[str, Any]:
    key = "urn:zitadel:iam:action:a:log"
    return {"op": "appendLogIntoClaims", "action": "a", "key": key, "value": list(lines)}


def step(**limits: Any) -> Step:
    return Step(name="a", script="0" * 32, allowed_to_fail=False, fresh=False, **limits)


# What is just allowed, and one of it too many.
EDGES: dict[str, tuple[dict[str, int], dict[str, Any], dict[str, Any]]] = {
    "mutations": (
        {"mutations": 2},
        {"mutations": [claim(0), claim(1)]},
        {"mutations": [claim(0), claim(1), claim(2)]},
    ),
    "log lines": ({"logs": 2}, {"logs": [line()] * 2}, {"logs": [line()] * 3}),
    "lines of a log claim": (
        {"logs": 2},
        {"mutations": [log_claim("x", "y")]},
        {"mutations": [log_claim("x", "y", "z")]},
    ),
    "lines of both": (
        {"logs": 2},
        {"mutations": [log_claim("x")], "logs": [line()]},
        {"mutations": [log_claim("x", "y")], "logs": [line()]},
    ),
    "log claims": ({}, {"mutations": [log_claim()]}, {"mutations": [log_claim()] * 2}),
    "characters of a claim": (
        {"output": 100},
        {"mutations": [claim(0, "ä" * (100 - len('ak0""')))]},
        {"mutations": [claim(0, "ä" * (101 - len('ak0""')))]},
    ),
    "characters of lines": (
        {"output": 100},
        {"logs": [line("x" * 50)] * 2},
        {"logs": [line("x" * 50), line("x" * 51)]},
    ),
    "characters of a log claim": (
        {"output": 100},
        {"mutations": [log_claim("x" * 50, "x" * 50)]},
        {"mutations": [log_claim("x" * 50, "x" * 51)]},
    ),
    "anything": (
        {"output": 0, "mutations": 0, "logs": 0},
        {},
        {"logs": [line("")]},
    ),
}


@pytest.mark.parametrize(("limits", "most", "more"), EDGES.values(), ids=EDGES)
def test_output_is_accepted_up_to_the_limit_and_refused_above_it(
    limits: dict[str, int], most: dict[str, Any], more: dict[str, Any]
) -> None:
    judge([step(**limits)], PRE_USERINFO, report(action("a"), **most), LARGE, [])
    with pytest.raises(RemoteProtocolError, match="more output"):
        judge([step(**limits)], PRE_USERINFO, report(action("a"), **more), LARGE, [])


def test_action_that_is_bound_twice_may_write_twice_as_much() -> None:
    twice = [step(mutations=1), step(mutations=2)]
    actions = [action("a"), action("a")]
    judge(twice, PRE_USERINFO, report(*actions, mutations=[claim(n) for n in range(3)]), LARGE, [])
    with pytest.raises(RemoteProtocolError, match="more output"):
        judge(
            twice, PRE_USERINFO, report(*actions, mutations=[claim(n) for n in range(4)]), LARGE, []
        )


def test_one_action_may_not_use_what_another_left() -> None:
    steps = [step(mutations=0), LENIENT]
    forged = report(action("a"), action("b"), mutations=[claim(0)])
    with pytest.raises(RemoteProtocolError, match="more output"):
        judge(steps, PRE_USERINFO, forged, LARGE, [])
    judge(
        steps,
        PRE_USERINFO,
        report(action("a"), action("b"), mutations=[claim(0, name="b")]),
        LARGE,
        [],
    )
