"""What may be stored. Pure.

The sizes of keys and values are those of ZITADEL's own API. What there may be in all is
ours: everything that a user has must fit into one message to a worker.
"""

from __future__ import annotations

from typing import NamedTuple

from actionsd_broker.metadata.errors import MetadataKind, MetadataRefusedError

MAX_KEY_CHARACTERS = 200
"""Code points, as Go's runes."""

MAX_VALUE_BYTES = 500_000

MAX_USER_ENTRIES = 1000
MAX_USER_KIB = 2048


class Limits(NamedTuple):
    """What one user may have; `size_bytes` counts keys and values."""

    entries: int = MAX_USER_ENTRIES
    size_bytes: int = MAX_USER_KIB * 1024

    def check(self, entries: int, size_bytes: int) -> None:
        """Raise MetadataRefusedError if a user may not have so much."""
        if entries > self.entries:
            raise _too_much(f"a user has {self.entries} metadata entries at the most")
        if size_bytes > self.size_bytes:
            raise _too_much(f"a user has {self.size_bytes} bytes of metadata at the most")


def check_tenant(tenant: str) -> None:
    """Raise MetadataRefusedError unless this can be a tenant."""
    problem = _problem(tenant)
    if problem is not None:
        raise MetadataRefusedError(MetadataKind.BAD_USER, f"a tenant's name {problem}")


def check_user(tenant: str, user: str) -> None:
    """Raise MetadataRefusedError unless these can be a tenant and the id of a user of it."""
    check_tenant(tenant)
    problem = _problem(user)
    if problem is not None:
        raise MetadataRefusedError(MetadataKind.BAD_USER, f"a user's id {problem}")


def check_key(key: str) -> None:
    """Raise MetadataRefusedError unless this can be a key."""
    problem = _problem(key)
    if problem is not None:
        raise MetadataRefusedError(MetadataKind.BAD_KEY, f"a metadata key {problem}")


def check_value(value: bytes) -> None:
    """Raise MetadataRefusedError unless this can be a value."""
    size = len(value)
    if not 1 <= size <= MAX_VALUE_BYTES:
        text = f"a metadata value has 1 to {MAX_VALUE_BYTES} bytes, not {size}"
        raise MetadataRefusedError(MetadataKind.BAD_VALUE, text)


def _problem(name: str) -> str | None:
    if not 1 <= len(name) <= MAX_KEY_CHARACTERS:
        return f"has 1 to {MAX_KEY_CHARACTERS} characters, not {len(name)}"
    if "\0" in name:
        return "has no NUL character in it"  # PostgreSQL cannot store one
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has no half of a surrogate pair in it"
    return None


def _too_much(text: str) -> MetadataRefusedError:
    return MetadataRefusedError(MetadataKind.TOO_MUCH, text)
