"""Is a worker's report true to its job? Pure.

A worker may have been taken over by a script, so its word counts only for the job that
it was given and only within what an action of that job could have done. What the report
says of costs is kept within what the broker measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.messages import Span, Step
from actionsd_protocol.report import (
    ActionReport,
    AnyMutation,
    AppendLogIntoClaims,
    LogLine,
    ReportDocument,
    SetClaim,
)
from actionsd_protocol.result import ActionOutcome, JobFailure
from actionsd_protocol.triggers import OPS, RESERVED_CLAIM_PREFIX, log_claim

JOB_KINDS = frozenset({FailureKind.BAD_REQUEST, FailureKind.OUTPUT_LIMIT, FailureKind.INTERNAL})
"""What a worker may say of a job as a whole."""

ACTION_KINDS = frozenset(FailureKind) - {
    FailureKind.WORKER_LOST,
    FailureKind.POISONED,
    FailureKind.QUEUE_TIMEOUT,
    FailureKind.OVERLOADED,
    FailureKind.UNKNOWN_TRIGGER,
}
"""What a worker may say of an action: not what only the broker can know."""


_LIMITS = frozenset({FailureKind.TIMEOUT, FailureKind.CPU_LIMIT, FailureKind.MEMORY_LIMIT})


def judge(
    steps: Sequence[Step], trigger: str, report: ReportDocument, size: int, spans: Sequence[Span]
) -> None:
    """Raise RemoteProtocolError if no honest worker could have written this report.

    `size` is that of its JSON, in bytes.
    """
    if report.error is not None:
        if report.actions or report.mutations:
            raise RemoteProtocolError("a report of a job that did not begin, with actions")
        if report.error.kind not in JOB_KINDS:
            raise RemoteProtocolError(f"{report.error.kind.value} is not for a worker to say")
        return
    _judge_actions(steps, report.actions)
    if len(spans) > len(steps):
        raise RemoteProtocolError(f"{len(spans)} spans for {len(steps)} actions")
    begun = {action.name for action in report.actions if action.outcome != "skipped"}
    ops = OPS[trigger]
    for mutation in report.mutations:
        _judge_mutation(mutation, begun, ops)
    for line in report.logs:
        if line.action not in begun:
            raise RemoteProtocolError("a log line of an action that did not run")
    if not _is_small(steps, report, size):
        _judge_output(steps, report)


def _is_small(steps: Sequence[Step], report: ReportDocument, size: int) -> bool:
    """Tell whether all that was written is within what any single one of the actions may."""
    claims = [each for each in report.mutations if isinstance(each, AppendLogIntoClaims)]
    lines = len(report.logs) + sum([len(claim.value) for claim in claims])
    return len(claims) <= 1 and all(
        size <= step.output
        and len(report.mutations) <= step.mutations + len(claims)
        and lines <= step.logs
        for step in steps
    )


def _judge_actions(steps: Sequence[Step], actions: Sequence[ActionReport]) -> None:
    if [action.name for action in actions] != [step.name for step in steps]:
        raise RemoteProtocolError("the actions of the report are not those of the job")
    failed = False
    for step, action in zip(steps, actions, strict=True):
        outcome, error = action.outcome, action.error
        if (outcome == "skipped") != failed:
            raise RemoteProtocolError(f"an action {outcome} where the chain had ended")
        if (error is not None) != (outcome in ("failed", "tolerated")):
            raise RemoteProtocolError(f"an action {outcome} with or without an error")
        if error is None:
            continue
        if outcome == "tolerated" and not step.allowed_to_fail:
            raise RemoteProtocolError("a failure tolerated that is not allowed")
        if outcome == "failed" and step.allowed_to_fail:
            raise RemoteProtocolError("a failure not tolerated that is allowed")
        if error.kind not in ACTION_KINDS:
            raise RemoteProtocolError(f"{error.kind.value} is not for a worker to say")
        failed = failed or outcome == "failed"


def _judge_mutation(mutation: AnyMutation, begun: set[str], ops: frozenset[str]) -> None:
    if mutation.action not in begun:
        raise RemoteProtocolError("a mutation of an action that did not run")
    op = mutation.__struct_config__.tag
    if op not in ops:
        raise RemoteProtocolError(f"{op} is not in the api of the trigger")
    if isinstance(mutation, SetClaim):
        if mutation.key.startswith(RESERVED_CLAIM_PREFIX):
            raise RemoteProtocolError("a claim with a reserved prefix")
    elif isinstance(mutation, AppendLogIntoClaims) and mutation.key != log_claim(mutation.action):
        raise RemoteProtocolError("a log claim of another name")


def exhausting(report: ReportDocument) -> bool:
    """Tell whether an action went over a limit of what it may use.

    What it leaves behind in its worker nobody knows, so that worker has had its day.
    """
    return any(
        action.error is not None and action.error.kind in _LIMITS for action in report.actions
    )


@dataclass(slots=True)
class _Output:
    """What the actions of one name may write, and what is left of it.

    Counted from the values and not from their JSON, which may be escaped in more ways than
    one: an honest worker, which counts the JSON that it writes, never comes to less.
    """

    characters: int = 0
    mutations: int = 0
    logs: int = 0
    log_claims: int = 0

    def allow(self, step: Step) -> None:
        self.characters += step.output
        self.mutations += step.mutations
        self.logs += step.logs
        self.log_claims += 1

    def take_mutation(self, mutation: AnyMutation) -> None:
        if isinstance(mutation, AppendLogIntoClaims):
            # Not a mutation that an action asks for, but what its lines come to.
            self.log_claims -= 1
            self.logs -= len(mutation.value)
            self.characters -= sum(map(len, mutation.value))
        else:
            self.mutations -= 1
            self.characters -= sum(map(_length, msgspec.structs.astuple(mutation)))

    def take_line(self, line: LogLine) -> None:
        self.logs -= 1
        self.characters -= len(line.message)

    @property
    def overdrawn(self) -> bool:
        return min(self.characters, self.mutations, self.logs, self.log_claims) < 0


def _judge_output(steps: Sequence[Step], report: ReportDocument) -> None:
    """Raise RemoteProtocolError if an action wrote more than it may."""
    left: dict[str, _Output] = {}
    for step in steps:  # one action may be bound twice
        left.setdefault(step.name, _Output()).allow(step)
    for mutation in report.mutations:
        left[mutation.action].take_mutation(mutation)
    for line in report.logs:
        left[line.action].take_line(line)
    if any(output.overdrawn for output in left.values()):
        raise RemoteProtocolError("more output of an action than it may make")


def _length(value: object) -> int:
    if isinstance(value, msgspec.Raw):
        return len(str(value, "utf-8"))
    if isinstance(value, list):
        return sum(map(len, value))
    return len(value) if isinstance(value, str) else 0


def outcomes(
    report: ReportDocument, spans: Sequence[Span], fetches: Mapping[int, int]
) -> list[ActionOutcome]:
    """Return the actions of a judged report with what each cost, and fetched."""
    unknown = [Span(0, 0)] * (len(report.actions) - len(spans))
    costs = [*spans, *unknown][: len(report.actions)]
    return [
        ActionOutcome(
            name=action.name,
            outcome=action.outcome,
            error=action.error,
            wall_ms=span.wall_us / 1000,
            cpu_ms=span.cpu_us / 1000,
            fetches=fetches.get(place, 0),
        )
        for place, (action, span) in enumerate(zip(report.actions, costs, strict=True))
    ]


def within_measure(spans: Sequence[Span], wall_seconds: float, cpu_seconds: float) -> list[Span]:
    """Return what a worker says that its actions cost, as far as what was measured allows."""
    wall, cpu = int(wall_seconds * 1_000_000), int(cpu_seconds * 1_000_000)
    kept = []
    for span in spans:
        believed = Span(min(span.wall_us, wall), min(span.cpu_us, cpu))
        wall, cpu = wall - believed.wall_us, cpu - believed.cpu_us
        kept.append(believed)
    return kept


def failure(report: ReportDocument) -> JobFailure | None:
    """Return why the job of a judged report failed, None if it succeeded."""
    if report.error is not None:
        return JobFailure(report.error.kind, report.error.message)
    for action in report.actions:
        if action.outcome == "failed" and action.error is not None:
            return JobFailure(action.error.kind, action.error.message, action.name)
    return None
