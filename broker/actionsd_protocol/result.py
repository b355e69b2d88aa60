"""The result document: what a client gets for a job. Its field names are a contract.

The broker writes it, clients read it, `actionsd run` prints it (design: one round trip
runs the whole chain). Mutations are plain dictionaries for a client, so that one that
was written for this version can read the operations of a later one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.report import ActionFailure, AnyMutation, LogLine


class JobFailure(Struct, frozen=True):
    """Why a job failed; `action` is the culprit, None where no action is to blame."""

    kind: FailureKind
    message: str
    action: str | None = None


class ActionOutcome(Struct, frozen=True):
    """One action of the chain: how it ended and what it cost."""

    name: str
    outcome: Literal["succeeded", "failed", "tolerated", "skipped"]
    error: ActionFailure | None
    wall_ms: float
    cpu_ms: float
    fetches: int


class Timing(Struct, frozen=True):
    """Milliseconds waiting for a worker, in a worker, and in all within the broker."""

    queue_ms: float
    run_ms: float
    total_ms: float


class JobResult(Struct, frozen=True):
    """The whole result, as the broker writes it."""

    outcome: Literal["succeeded", "failed"]
    error: JobFailure | None
    actions: list[ActionOutcome]
    mutations: list[AnyMutation]
    logs: list[LogLine]
    timing: Timing


class Result(Struct, frozen=True):
    """The whole result, as a client reads it.

    `mutations` are in the order in which they took effect: `{"action", "op", ...}`.
    """

    outcome: Literal["succeeded", "failed"]
    error: JobFailure | None
    actions: list[ActionOutcome]
    mutations: list[dict[str, Any]]
    logs: list[LogLine]
    timing: Timing

    def claims(self) -> dict[str, Any]:
        """Return the claims that this job sets, as an IdP would put them into the token."""
        ops = ("setClaim", "appendLogIntoClaims")
        return {m["key"]: m["value"] for m in self.mutations if m["op"] in ops}


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Result)


def encode_result(result: JobResult) -> bytes:
    """Return the result document as JSON."""
    return _ENCODER.encode(result)


def decode_result(payload: bytes) -> Result:
    """Return the result in a payload; raises RemoteProtocolError if it is none."""
    try:
        return _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError(f"malformed result: {error}") from error
