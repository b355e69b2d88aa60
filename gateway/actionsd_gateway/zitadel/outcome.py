"""What ZITADEL is answered (spec, 7.3). Pure.

Three things are told apart. An action that failed refuses the operation: that is a 200 with a
status and a message that ZITADEL passes on to whoever asked. A call that is wrong gets a 4xx
and a fault of ours a 5xx: both fail the operation in ZITADEL, with a message of its own, and
neither is ever taken for an allow. All of it presumes `interruptOnError` at the target.
"""

from __future__ import annotations

from typing import NamedTuple

from actionsd_client import Result
from actionsd_gateway.jobs import Fault, FaultKind
from actionsd_gateway.zitadel.document import write_document
from actionsd_protocol.errors import FailureKind

_FAULTS: dict[FailureKind, int] = {
    FailureKind.WORKER_LOST: 500,
    FailureKind.POISONED: 503,
    FailureKind.QUEUE_TIMEOUT: 503,
    FailureKind.OVERLOADED: 503,
    FailureKind.UNKNOWN_TRIGGER: 500,
    FailureKind.BAD_REQUEST: 500,
    FailureKind.INTERNAL: 500,
}
"""Failures of a job for which no action's code is the reason: ours."""

_STATUS = {FaultKind.UNREACHABLE: 503, FaultKind.TIMEOUT: 504, FaultKind.REFUSED: 500}


class Answer(NamedTuple):
    """A response. `is_final` says that the same call would be answered the same."""

    status: int
    body: bytes = b""
    is_final: bool = True
    content_type: str = "application/json"


class Refusal(NamedTuple):
    """How an action's failure is told to whoever asked ZITADEL."""

    status: int
    message: str


UNCHANGED = Answer(200)
"""An empty body leaves everything as it is (spec, 7.7 and 7.10)."""


def refuse(refusal: Refusal) -> Answer:
    """Return the answer with which ZITADEL ends the operation, in the operator's words."""
    body = {"forwardedStatusCode": refusal.status, "forwardedErrorMessage": refusal.message}
    return Answer(200, write_document(body))


def problem(status: int, title: str, *, is_final: bool = False) -> Answer:
    """Return an error of ours or of the caller's, as RFC 9457 has it. ZITADEL reads the status."""
    body = write_document({"title": title, "status": status})
    return Answer(status, body, is_final=is_final, content_type="application/problem+json")


def fault_of(result: Result | Fault) -> tuple[str, int] | None:
    """Return the name and the status of a fault of ours, None where actions ran or failed."""
    if isinstance(result, Fault):
        return result.kind.value, _STATUS[result.kind]
    if result.error is not None and result.error.kind in _FAULTS:
        return result.error.kind.value, _FAULTS[result.error.kind]
    return None
