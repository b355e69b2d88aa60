"""The report document: what a worker says of a job, as the broker checks it.

Decoding is the check of its shape: types strict, unknown fields refused. Whether it is
true to the job is judged by the broker (actionsd_broker.verdict). Values of claims stay
as JSON text, so that numbers of any length reach the client as the script made them.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Raw, Struct

from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.messages import MAX_ACTIONS

Message: TypeAlias = Annotated[str, Meta(max_length=8192)]
Place: TypeAlias = Annotated[int, Meta(ge=1, le=2**31)]


class ActionFailure(Struct, frozen=True, forbid_unknown_fields=True):
    """Why one action failed; `line` and `column` count from 1 in the script's own text."""

    kind: FailureKind
    message: Message
    line: Place | None = None
    column: Place | None = None


class ActionReport(Struct, frozen=True, forbid_unknown_fields=True):
    """How one action of the chain ended."""

    name: str
    outcome: Literal["succeeded", "failed", "tolerated", "skipped"]
    error: ActionFailure | None = None


class Mutation(Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    """One change that an action made, tagged by the api method's name."""

    action: str


class SetClaim(Mutation, frozen=True, tag="setClaim"):
    """A claim that was not there before; `value` is any JSON."""

    key: str
    value: Raw


class AppendLogIntoClaims(Mutation, frozen=True, tag="appendLogIntoClaims"):
    """The finished log claim of one action."""

    key: str
    value: list[str]


class SetMetadata(Mutation, frozen=True, tag="setMetadata"):
    """A metadata entry of the user; `value` is the base64 of the stored bytes."""

    key: str
    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}\Z")]


AnyMutation: TypeAlias = SetClaim | AppendLogIntoClaims | SetMetadata


class LogLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One line that an action logged."""

    action: str
    level: Literal["info", "warning", "error"]
    message: str


class ReportDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A worker's account of a whole job; `error` is set when no action could even begin."""

    actions: Annotated[list[ActionReport], Meta(max_length=MAX_ACTIONS)]
    mutations: list[AnyMutation]
    logs: list[LogLine]
    error: ActionFailure | None = None


_DECODER = msgspec.json.Decoder(ReportDocument, strict=True)


def decode_report(payload: bytes) -> ReportDocument:
    """Return the report in a payload; raise RemoteProtocolError if it is not one."""
    try:
        payload.isascii() or payload.decode()  # `Raw` is passed over, not looked into
        report = _DECODER.decode(payload)
        for mutation in report.mutations:
            if isinstance(mutation, SetClaim):
                msgspec.json.decode(mutation.value)  # so that every client can
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError(f"malformed report: {error}") from error
    return report
