"""Metadata as it is kept: entries of users, users of tenants. Data only."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Entry(NamedTuple):
    """One entry of a user; `sequence` is the user's, as of the entry's last change."""

    key: str
    value: bytes
    created: datetime
    changed: datetime
    sequence: int


class UserMetadata(NamedTuple):
    """All entries of a user, in the order of their keys' code points.

    `sequence` counts the user's changes, deletions too, and never goes back; `changed` is
    the last one's date, None if there never was one.
    """

    entries: tuple[Entry, ...] = ()
    sequence: int = 0
    changed: datetime | None = None


class UserSummary(NamedTuple):
    """What a listing says of a user; `size_bytes` is that of keys and values."""

    user: str
    entries: int
    size_bytes: int
    sequence: int
    changed: datetime
