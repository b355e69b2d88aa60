"""Result documents: what the broker answers, whatever became of a job. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from actionsd_broker import verdict
from actionsd_broker.decisions import Fail
from actionsd_broker.job import Job
from actionsd_protocol.errors import CLIENTS_MISTAKES, FailureKind
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES
from actionsd_protocol.messages import Span
from actionsd_protocol.report import ActionFailure, ReportDocument
from actionsd_protocol.result import ActionOutcome, JobFailure, JobResult, Timing, encode_result

_NO_TIME = Timing(0, 0, 0)


def nothing_to_do() -> JobResult:
    """Return the result of a trigger to which no action is bound."""
    return _result(None, _NO_TIME)


def refused(kind: FailureKind, message: str) -> JobResult:
    """Return the result of a job that was not accepted."""
    return _result(JobFailure(kind, message), _NO_TIME)


def failed(failure: Fail, now: float) -> JobResult:
    """Return the result of a job that no worker has reported on."""
    job = failure.job
    # With one step there is no doubt who it was; with several there is.
    known = failure.started_at is not None and len(job.plan.steps) == 1
    culprit = job.plan.steps[0].name if known else None
    started = now if failure.started_at is None else failure.started_at
    error = JobFailure(failure.kind, failure.message, culprit)
    return _result(error, _timing(job, started, now))


def reported(
    job: Job,
    report: ReportDocument,
    spans: Sequence[Span],
    fetches: Mapping[int, int],
    times: tuple[float, float],
) -> JobResult:
    """Return the result that a worker's report, already judged, amounts to.

    `fetches` are by the action's place in the job, `times` when it began and ended.
    """
    error = verdict.failure(report)
    return JobResult(
        outcome=_outcome(error),
        error=error,
        actions=verdict.outcomes(report, spans, fetches),
        mutations=report.mutations,
        logs=report.logs,
        timing=_timing(job, *times),
    )


def skipped(job: Job, now: float) -> JobResult:
    """Return the result of a job of which nothing is left to run."""
    return _result(None, _timing(job, now, now))


def opened(job: Job, result: JobResult) -> JobResult:
    """Return what a client is told of a job whose actions may all fail open, if it failed so.

    That is where nothing is known of what the actions did, so none of it counts as done: no
    worker has reported, or none of them could begin. Each is tolerated, with the error. What
    the client did wrong stays a failure; so does a check, which is there to be failed.
    """
    error = result.error
    if error is None or result.actions or job.check or error.kind in CLIENTS_MISTAKES:
        return result
    if not all(step.fail_open for step in job.plan.steps):
        return result
    failure = ActionFailure(error.kind, error.message)
    actions = [
        ActionOutcome(step.name, "tolerated", failure, wall_ms=0, cpu_ms=0, fetches=0)
        for step in job.plan.steps
    ]
    return JobResult("succeeded", None, actions, [], [], result.timing)


def completed(job: Job, result: JobResult) -> JobResult:
    """Return a result with those actions of the chain, in their places, that are switched off."""
    if job.whole is None or (result.error is not None and not result.actions):
        return result
    ran = iter(result.actions)
    on = {step.name for step in job.plan.steps}
    actions = [
        next(ran)
        if step.name in on
        else ActionOutcome(step.name, "skipped", None, wall_ms=0, cpu_ms=0, fetches=0)
        for step in job.whole.steps
    ]
    return msgspec.structs.replace(result, actions=actions)


def encode(result: JobResult) -> bytes:
    """Return a result as JSON, or that of its failure if it is too large for a frame."""
    document = encode_result(result)
    if len(document) <= MAX_PAYLOAD_BYTES:
        return document
    # A report that just fits grows by its times and by what the broker adds.
    message = f"the result would be larger than {MAX_PAYLOAD_BYTES} bytes"
    return encode_result(_result(JobFailure(FailureKind.OUTPUT_LIMIT, message), result.timing))


def _result(error: JobFailure | None, timing: Timing) -> JobResult:
    return JobResult(_outcome(error), error, actions=[], mutations=[], logs=[], timing=timing)


def _outcome(error: JobFailure | None) -> Literal["succeeded", "failed"]:
    return "succeeded" if error is None else "failed"


def _timing(job: Job, started: float, now: float) -> Timing:
    return Timing(
        queue_ms=_ms(started - job.accepted_at),
        run_ms=_ms(now - started),
        total_ms=_ms(now - job.accepted_at),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
