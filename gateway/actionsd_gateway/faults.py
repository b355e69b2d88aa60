"""What came of a job that is no result: which problem a client is told of. Pure.

A job whose action failed, for whatever it did, has a result that says so: the IdP decides what
that means. A problem is what a script had no part in: the request was wrong, the job never
ran, or something of ours failed. Neither is ever a success.
"""

from __future__ import annotations

from actionsd_client import Result
from actionsd_gateway.jobs import Fault, FaultKind
from actionsd_gateway.problems import Kind, Problem
from actionsd_protocol.errors import FailureKind

_OF_FAULTS = {
    FaultKind.UNREACHABLE: Kind.UNAVAILABLE,
    FaultKind.TIMEOUT: Kind.TIMEOUT,
    FaultKind.REFUSED: Kind.INTERNAL,
}

_OF_FAILURES = {
    FailureKind.BAD_REQUEST: Kind.INVALID,
    FailureKind.UNKNOWN_TRIGGER: Kind.UNKNOWN_TRIGGER,
    FailureKind.OVERLOADED: Kind.OVERLOADED,
    FailureKind.QUEUE_TIMEOUT: Kind.QUEUE_TIMEOUT,
    FailureKind.INTERNAL: Kind.INTERNAL,
}


def problem_of(outcome: Result | Fault) -> Problem | None:
    """Return the problem that there is with an outcome, None if it is a result to be passed on."""
    if isinstance(outcome, Fault):
        return Problem(_OF_FAULTS[outcome.kind])
    if outcome.error is None:
        return None
    kind = _OF_FAILURES.get(outcome.error.kind)
    if kind is None:
        return None
    # What is wrong with a request its sender may know; why we failed, nobody.
    return Problem(kind, outcome.error.message if kind is Kind.INVALID else "")
