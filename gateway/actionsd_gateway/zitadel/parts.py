"""Parts of a payload, looked at one by one: what is not as expected is named. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from actionsd_gateway.zitadel.document import PayloadError

T = TypeVar("T")

MAX_ITEMS = 10_000
"""Of one list: each is looked at, and nobody else is served meanwhile."""


def checked(part: Any, kind: type[T], name: str) -> Any:
    """Return a part as it is, if it would convert to a type; PayloadError says where it does not.

    A null is as if it were not there, as it is for the Go that wrote it.
    """
    try:
        msgspec.convert(part, kind)
    except msgspec.ValidationError as error:
        raise PayloadError(f"{name}: {error}") from None
    return part


def member(holder: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    """Return a member that is an object, None where it is not there."""
    value = holder.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise PayloadError(f"{key}: an object expected")


def members(holder: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a member that is a list of objects; none where it is not there."""
    value = holder.get(key)
    if value is None:
        return []
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise PayloadError(f"{key}: {len(value)} items, {MAX_ITEMS} are allowed")
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise PayloadError(f"{key}: a list of objects expected")


def text(holder: Mapping[str, Any], key: str) -> str | None:
    """Return a member that is a text, None where it is not there or empty."""
    value = holder.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise PayloadError(f"{key}: a string expected")


def renamed(holder: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return some members under other names; of several old names the first that is there."""
    found = {}
    for new, olds in names.items():
        for old in olds:
            value = holder.get(old)
            if value is not None:
                found[new] = value
                break
    return found


def given(**values: Any) -> dict[str, Any]:
    """Return an object of those values that are not None."""
    return {key: value for key, value in values.items() if value is not None}
