"""What keeps metadata: the interface that each backend implements.

A store is used by one thread, the one that opened it, and knows no event loop; `service`
gives it one. Rules of what may be stored are kept by the store, since only it sees both
what is there and what is to come.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from actionsd_broker.metadata.entry import Entry, UserMetadata, UserSummary


class MetadataStore(Protocol):
    """Metadata by tenant and user.

    Every method raises MetadataRefusedError for what breaks a rule, and
    MetadataUnavailableError if the store fails. When one that changes something returns,
    the change is durable: it outlives the process, the system and the power. Within
    `transaction` that is so when the block has ended.
    """

    def get(self, tenant: str, user: str) -> UserMetadata:
        """Return all that a user has, as of one moment; empty if it has nothing."""

    def set(self, tenant: str, user: str, key: str, value: bytes, now: datetime) -> Entry:
        """Store a value and return its entry.

        A value that is there already is no change: the entry keeps its date and sequence.
        Dates of a user never go back, even if `now` does.
        """

    def delete(self, tenant: str, user: str, key: str, now: datetime) -> bool:
        """Delete an entry; return whether there was one."""

    def forget(self, tenant: str, user: str) -> int:
        """Delete all that there is of a user, its sequence too; return how many entries."""

    def users(self, tenant: str, *, after: str = "", limit: int = 1000) -> list[UserSummary]:
        """Return users of a tenant that have, or had, entries: those after one, by id."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes within a block one: durable when it ends, or not made at all.

        MetadataRefusedError may be caught inside: the refused call changed nothing.
        """

    def tidy(self) -> None:
        """Do what can wait until those who wrote have been answered."""

    def close(self) -> None:
        """Let go of everything."""
