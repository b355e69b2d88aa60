"""Metadata entries of a payload, as an action's context has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from actionsd_gateway.zitadel.parts import checked, members, renamed
from actionsd_protocol.context import Time
from actionsd_protocol.report import Base64


class _Entry(Struct, rename="camel"):
    key: str
    value: Base64 = ""
    creation_date: Time | None = None
    change_date: Time | None = None
    resource_owner: str | None = None
    sequence: float | None = None


_NAMES = {
    "key": ("key",),
    "value": ("value",),
    "creationDate": ("creation_date",),
    "changeDate": ("change_date",),
    "resourceOwner": ("resource_owner",),
    "sequence": ("sequence",),
}


def read_metadata(holder: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a list of entries, none where it is not there; `value` is base64 of its bytes.

    Those of a message have a key and a value, those of a function call dates as well.
    """
    entries = [{"value": "", **renamed(entry, _NAMES)} for entry in members(holder, key)]
    return list(checked(entries, list[_Entry], key))
