"""Which outcomes are problems and which are results; none is ever an allow."""

from __future__ import annotations

import pytest

from actionsd_client import Result
from actionsd_gateway.faults import problem_of
from actionsd_gateway.jobs import Fault, FaultKind
from actionsd_gateway.problems import Kind
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobFailure, Timing

PROBLEMS = {
    FailureKind.BAD_REQUEST: Kind.INVALID,
    FailureKind.UNKNOWN_TRIGGER: Kind.UNKNOWN_TRIGGER,
    FailureKind.OVERLOADED: Kind.OVERLOADED,
    FailureKind.QUEUE_TIMEOUT: Kind.QUEUE_TIMEOUT,
    FailureKind.INTERNAL: Kind.INTERNAL,
}


def result(kind: FailureKind | None = None) -> Result:
    error = None if kind is None else JobFailure(kind, "/internal words")
    return Result("succeeded" if kind is None else "failed", error, [], [], [], Timing(0, 0, 0))


def test_job_that_succeeded_is_a_result() -> None:
    assert problem_of(result()) is None


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_is_a_problem_if_no_script_had_a_part_in_it(kind: FailureKind) -> None:
    problem = problem_of(result(kind))
    assert (None if problem is None else problem.kind) is PROBLEMS.get(kind)


@pytest.mark.parametrize("kind", FaultKind)
def test_fault_of_ours_is_a_server_error_without_details(kind: FaultKind) -> None:
    problem = problem_of(Fault(kind, "/internal words"))
    assert problem is not None
    assert problem.kind.status >= 500
    assert "internal words" not in problem.detail


def test_only_the_sender_of_a_wrong_request_is_told_what_was_wrong() -> None:
    details = {kind: problem_of(result(kind)) for kind in PROBLEMS}
    told = {kind for kind, problem in details.items() if problem and "words" in problem.detail}
    assert told == {FailureKind.BAD_REQUEST}
