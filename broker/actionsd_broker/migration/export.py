"""The actions of an instance of ZITADEL, as its management API gives them. Pure.

The names are those of the API's JSON (protojson: what is empty or false is left out,
durations are "10s", 64 bit numbers are texts; spec zitadel-actions.md, 1.1 and 1.2):

    POST /management/v1/actions/_search  -> {"details": {"totalResult"}, "result": [Action]}
    GET  /management/v1/flows/{type}     -> {"flow": Flow}

An Export is what `actionsd import zitadel --save FILE` writes and `--from FILE` reads:
a list of organisations, each with the API's `result` and its flows.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from actionsd_broker.errors import OperatorError

FORMAT: Literal["actionsd-zitadel-actions"] = "actionsd-zitadel-actions"
VERSION: Literal[1] = 1

FLOW_TYPES = ("1", "2", "3", "4")
"""The ids of the flows that there are (spec, 1.1)."""

MAX_TIMEOUT_SECONDS = 20.0
"""What ZITADEL makes of no timeout, and of a longer one (spec, 1.2)."""

Identifier: TypeAlias = Annotated[str, Meta(pattern=r"^[!-~]{1,200}\Z")]
"""An id of ZITADEL's: mostly digits, but one may choose others. It goes into a header."""

T = TypeVar("T")

_DURATION = re.compile(r"(?P<seconds>[0-9]{1,12}(?:\.[0-9]{1,9})?)s\Z")


class ExportError(OperatorError):
    """Raised for a document that is not what it should be; its text says what is wrong."""


class ExportedAction(Struct, frozen=True, rename="camel"):
    """An action. `state` is `ACTION_STATE_ACTIVE` or `ACTION_STATE_INACTIVE`."""

    id: Identifier
    name: str = ""
    script: str = ""
    timeout: str = ""
    allowed_to_fail: bool = False
    state: str = ""

    @property
    def active(self) -> bool:
        """Whether ZITADEL runs it: it does so in this one state only."""
        return self.state == "ACTION_STATE_ACTIVE"

    @property
    def timeout_seconds(self) -> float:
        """What ZITADEL gives the function; raises ExportError."""
        if not self.timeout:
            return MAX_TIMEOUT_SECONDS
        match = _DURATION.match(self.timeout)
        if match is None:
            raise ExportError(
                f'action {self.name!r}: timeout {self.timeout!r} is no duration such as "10s"'
            )
        seconds = float(match["seconds"])
        return seconds if 0 < seconds < MAX_TIMEOUT_SECONDS else MAX_TIMEOUT_SECONDS


class TypeId(Struct, frozen=True):
    """The type of a flow or of a trigger, by its id (spec, 1.1)."""

    id: str


class TriggerActions(Struct, frozen=True, rename="camel"):
    """What is bound to a trigger, in the order in which it runs (spec, 1.4)."""

    trigger_type: TypeId
    actions: tuple[ExportedAction, ...] = ()


class Flow(Struct, frozen=True, rename="camel"):
    """A flow of an organisation. Inactive actions that are bound are in it as well."""

    type: TypeId
    trigger_actions: tuple[TriggerActions, ...] = ()


class Organisation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one organisation has. With a `problem` it could not be read, and that is why."""

    id: Identifier
    name: str = ""
    actions: tuple[ExportedAction, ...] = ()
    flows: tuple[Flow, ...] = ()
    problem: str | None = None


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    """All that was read of an instance; `source` says where."""

    format: Literal["actionsd-zitadel-actions"]
    version: Literal[1]
    source: str
    organizations: tuple[Organisation, ...]


def make_export(source: str, organisations: tuple[Organisation, ...]) -> Export:
    """Return a document of the present version."""
    return Export(format=FORMAT, version=VERSION, source=source, organizations=organisations)


def check_id(text: str) -> str:
    """Return an organisation's id as it was given; raises ExportError if it cannot be one."""
    try:
        return msgspec.convert(text, Identifier)
    except msgspec.ValidationError as error:
        raise ExportError(f"{text!r} is no id of an organisation") from error


def read_export(data: bytes, name: str) -> Export:
    """Return the document in a file of that name; raises ExportError."""
    try:
        export = msgspec.json.decode(data, type=Export)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExportError(
            f"{name}: not an export of `actionsd import zitadel --save`: {error}"
        ) from error
    seen: set[str] = set()
    for organisation in export.organizations:
        if organisation.id in seen:
            raise ExportError(f"{name}: organisation {organisation.id} is in it twice")
        seen.add(organisation.id)
    return export


def write_export(export: Export) -> bytes:
    """Return a document as JSON that can be read and compared."""
    return msgspec.json.format(msgspec.json.encode(export), indent=2) + b"\n"
