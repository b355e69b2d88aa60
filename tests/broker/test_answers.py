"""Results for jobs of every fate."""

from __future__ import annotations

import json

import pytest

from actionsd_broker import answers
from actionsd_broker.dispatcher import Fail
from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action, Span
from actionsd_protocol.report import decode_report


def job(*names: str) -> Job:
    plan = make_plan([Action(name=name, script="") for name in names])
    return Job(1, "t", "preuserinfo", plan, b"{}", check=False, accepted_at=10.0)


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
