"""Metadata as JSON documents, in ZITADEL's shape (spec 2.6). Pure.

An entry is what a context document has in `userMetadata`: its value is the base64 of the
bytes.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from actionsd_broker.metadata.entry import Entry, UserMetadata


def describe_user(metadata: UserMetadata, tenant: str) -> dict[str, Any]:
    """Return all metadata of a user; the tenant is the organisation that owns it."""
    return {
        "count": len(metadata.entries),
        "sequence": metadata.sequence,
        "timestamp": "" if metadata.changed is None else describe_time(metadata.changed),
        "metadata": [describe_entry(entry, tenant) for entry in metadata.entries],
    }


def describe_entry(entry: Entry, tenant: str) -> dict[str, Any]:
    """Return one entry."""
    return {
        "creationDate": describe_time(entry.created),
        "changeDate": describe_time(entry.changed),
        "resourceOwner": tenant,
        "sequence": entry.sequence,
        "key": entry.key,
        "value": base64.b64encode(entry.value).decode("ascii"),
    }


def describe_time(time: datetime) -> str:
    """Return a date in RFC 3339, to the microsecond."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
