"""Results for jobs of every fate."""

from __future__ import annotations

import json

import pytest

from actionsd_broker import answers
from actionsd_broker.decisions import Fail
from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_broker.switches import Switch, Switches
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action, Span
from actionsd_protocol.report import decode_report


def job(*names: str, fail_open: str = "", check: bool = False) -> Job:
    actions = [Action(name=name, script=name, fail_open=name in fail_open) for name in names]
    return Job(1, "t", "preuserinfo", make_plan(actions), b"{}", check=check, accepted_at=10.0)


def test_reported_job_has_its_three_times() -> None:
    report = decode_report(
        b'{"actions":[{"name":"f","outcome":"succeeded"}],"mutations":[],"logs":[]}'
    )
    result = answers.reported(job("f"), report, [Span(2000, 1000)], {0: 2}, (10.5, 12.0))
    assert result.actions[0].fetches == 2
    assert result.outcome == "succeeded"
    assert (result.timing.queue_ms, result.timing.run_ms, result.timing.total_ms) == (
        500,
        1500,
        2000,
    )


def test_lost_job_of_one_action_names_the_culprit() -> None:
    result = answers.failed(Fail(job("f"), FailureKind.WORKER_LOST, "gone", 11.0), now=12.0)
    assert result.error is not None
    assert (result.error.kind, result.error.action) == (FailureKind.WORKER_LOST, "f")


def test_lost_chain_accuses_nobody() -> None:
    result = answers.failed(Fail(job("f", "g"), FailureKind.WORKER_LOST, "gone", 11.0), now=12.0)
    assert result.error is not None
    assert result.error.action is None


def test_job_that_never_began_waited_all_the_time() -> None:
    result = answers.failed(Fail(job("f"), FailureKind.QUEUE_TIMEOUT, "full"), now=15.0)
    assert (result.timing.queue_ms, result.timing.run_ms) == (5000, 0)


def test_result_too_large_for_a_frame_is_a_failure_that_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = answers.refused(FailureKind.BAD_REQUEST, "x" * 500)
    monkeypatch.setattr(answers, "MAX_PAYLOAD_BYTES", 400)
    document = json.loads(answers.encode(result))
    assert document["error"]["kind"] == "output_limit"
    assert len(answers.encode(result)) < 400


OUR_FAULTS = [
    FailureKind.TIMEOUT,
    FailureKind.CPU_LIMIT,
    FailureKind.MEMORY_LIMIT,
    FailureKind.OUTPUT_LIMIT,
    FailureKind.WORKER_LOST,
    FailureKind.POISONED,
    FailureKind.QUEUE_TIMEOUT,
    FailureKind.OVERLOADED,
    FailureKind.INTERNAL,
]


@pytest.mark.parametrize("kind", OUR_FAULTS)
def test_job_of_actions_that_fail_open_succeeds_and_keeps_the_error(kind: FailureKind) -> None:
    lost = job("f", "g", fail_open="fg")
    result = answers.opened(lost, answers.failed(Fail(lost, kind, "why"), now=12.0))
    assert (result.outcome, result.error, result.mutations) == ("succeeded", None, [])
    assert [(each.name, each.outcome) for each in result.actions] == [
        ("f", "tolerated"),
        ("g", "tolerated"),
    ]
    errors = [each.error for each in result.actions]
    assert all(
        error is not None and (error.kind, error.message) == (kind, "why") for error in errors
    )


@pytest.mark.parametrize(
    ("lost", "kind"),
    [
        (job("f", "g", fail_open="f"), FailureKind.WORKER_LOST),
        (job("f"), FailureKind.WORKER_LOST),
        (job("f", fail_open="f"), FailureKind.BAD_REQUEST),
        (job("f", fail_open="f"), FailureKind.UNKNOWN_TRIGGER),
        (job("f", fail_open="f", check=True), FailureKind.WORKER_LOST),
    ],
    ids=["one does not", "none does", "bad context", "no such trigger", "a check"],
)
def test_job_fails_closed_where_not_all_may_fail_open(lost: Job, kind: FailureKind) -> None:
    result = answers.failed(Fail(lost, kind, "why"), now=12.0)
    assert answers.opened(lost, result) is result


def test_job_with_an_action_that_failed_stays_failed() -> None:
    report = decode_report(
        b'{"actions":[{"name":"f","outcome":"failed","error":{"kind":"timeout","message":"m"}},'
        b'{"name":"g","outcome":"skipped"}],"mutations":[],"logs":[]}'
    )
    chain = job("f", "g", fail_open="g")
    result = answers.reported(chain, report, [], {}, (10.5, 12.0))
    assert answers.opened(chain, result) is result


def without(whole: Job, *names: str) -> Job:
    return Switches([Switch(None, name, "2026-01-01") for name in names]).leave(whole)


def test_what_is_off_is_skipped_in_its_place() -> None:
    left = without(job("f", "g", "f"), "f")
    report = decode_report(
        b'{"actions":[{"name":"g","outcome":"succeeded"}],"mutations":[],"logs":[]}'
    )
    result = answers.completed(
        left, answers.reported(left, report, [Span(2000, 0)], {}, (10.5, 12.0))
    )
    assert [(each.name, each.outcome, each.wall_ms) for each in result.actions] == [
        ("f", "skipped", 0),
        ("g", "succeeded", 2),
        ("f", "skipped", 0),
    ]


def test_job_with_everything_off_succeeds_with_all_of_it_skipped() -> None:
    left = without(job("f", "g"), "f", "g")
    result = answers.completed(left, answers.skipped(left, 11.0))
    assert (result.outcome, result.mutations, result.timing.queue_ms) == ("succeeded", [], 1000)
    assert [each.outcome for each in result.actions] == ["skipped", "skipped"]


def test_job_that_failed_before_any_action_has_none_whatever_is_off() -> None:
    left = without(job("f", "g"), "f")
    result = answers.failed(Fail(left, FailureKind.WORKER_LOST, "gone", 11.0), now=12.0)
    assert answers.completed(left, result) is result
