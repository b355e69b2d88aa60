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
Base64: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}\Z")]
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
    value: Base64


class AppendMetadata(Mutation, frozen=True, tag="appendMetadata"):
    """A metadata entry of a user who logs in or is created; `value` as in `SetMetadata`."""

    key: str
    value: Base64


class AppendUserGrant(Mutation, frozen=True, tag="appendUserGrant"):
    """A grant for the user who was created."""

    projectId: Annotated[str, Meta(min_length=1)]
    projectGrantId: str
    roles: list[str]


class SetCustomAttribute(Mutation, frozen=True, tag="setCustomAttribute"):
    """An attribute of a SAML response."""

    name: str
    nameFormat: str
    values: list[str]


class _SetText(Mutation, frozen=True):
    value: str


class _SetFlag(Mutation, frozen=True):
    value: bool


class SetFirstName(_SetText, frozen=True, tag="setFirstName"):
    """A field of the user, as are the ones that follow."""


class SetLastName(_SetText, frozen=True, tag="setLastName"):
    """See SetFirstName."""


class SetNickName(_SetText, frozen=True, tag="setNickName"):
    """See SetFirstName."""


class SetDisplayName(_SetText, frozen=True, tag="setDisplayName"):
    """See SetFirstName."""


class SetPreferredLanguage(_SetText, frozen=True, tag="setPreferredLanguage"):
    """A BCP 47 tag in canonical form, "und" if there was none in what was set."""


class SetPreferredUsername(_SetText, frozen=True, tag="setPreferredUsername"):
    """See SetFirstName."""


class SetUsername(_SetText, frozen=True, tag="setUsername"):
    """See SetFirstName."""


class SetGender(Mutation, frozen=True, tag="setGender"):
    """0 unspecified, 1 female, 2 male, 3 diverse; ZITADEL takes any int32."""

    value: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


class SetEmail(_SetText, frozen=True, tag="setEmail"):
    """See SetFirstName."""


class SetEmailVerified(_SetFlag, frozen=True, tag="setEmailVerified"):
    """See SetFirstName."""


class SetPhone(_SetText, frozen=True, tag="setPhone"):
    """See SetFirstName."""


class SetPhoneVerified(_SetFlag, frozen=True, tag="setPhoneVerified"):
    """See SetFirstName."""


AnyMutation: TypeAlias = (
    SetClaim
    | AppendLogIntoClaims
    | SetMetadata
    | AppendMetadata
    | AppendUserGrant
    | SetCustomAttribute
    | SetFirstName
    | SetLastName
    | SetNickName
    | SetDisplayName
    | SetPreferredLanguage
    | SetPreferredUsername
    | SetUsername
    | SetGender
    | SetEmail
    | SetEmailVerified
    | SetPhone
    | SetPhoneVerified
)


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
