"""A process that writes metadata without end and says so, for tests that kill it.

    python metadata_writer.py FILE [hasty]

Reads lines: for each, forks a writer and prints `pid N`; when the writer has ended, prints
`dead`. A writer prints `ack USER N` once the Nth change of a user has been acknowledged.
What the Nth change is follows from N, so whoever knows a user's sequence knows all that the
user must have. A `hasty` writer prints its line before it asks: a control, whose
acknowledgements a test must find to be lies.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from datetime import UTC, datetime
from functools import partial

from actionsd_broker.metadata.service import MetadataService
from actionsd_broker.metadata.sqlite_store import SqliteStore

TENANT = "acme"
USERS = [f"user{number}" for number in range(4)]
KEYS = 5
SIZES = (1, 100, 5_000, 60_000)


def value_of(user: str, number: int) -> bytes:
    """Return what a user's Nth change stores: no half of it is like it."""
    seed = hashlib.sha256(f"{user} {number}".encode()).digest()
    size = SIZES[seed[0] % len(SIZES)]
    return (seed * (size // len(seed) + 1))[:size] + b"end"


def key_of(number: int) -> str:
    """Return the key that a user's Nth change sets."""
    return f"key{number % KEYS}"


def deletes(number: int) -> bool:
    """Return whether a user's Nth change deletes what the one before it set."""
    return number % 7 == 0


def expected(user: str, sequence: int) -> dict[str, bytes]:
    """Return what a user has after so many changes."""
    entries: dict[str, bytes] = {}
    for number in range(max(1, sequence - 3 * KEYS), sequence + 1):
        if deletes(number):
            entries.pop(key_of(number - 1), None)
        else:
            entries[key_of(number)] = value_of(user, number)
    return entries


def say(line: str) -> None:
    """Print a line, whole: it is one system call."""
    os.write(1, f"{line}\n".encode())


async def write(service: MetadataService, user: str, *, hasty: bool) -> None:
    """Make a user's changes, from where they were."""
    number = (await service.get(TENANT, user)).sequence
    while True:
        number += 1
        if hasty:
            say(f"ack {user} {number}")
        if deletes(number):
            await service.delete(TENANT, user, key_of(number - 1))
        else:
            await service.set(TENANT, user, key_of(number), value_of(user, number))
        if not hasty:
            say(f"ack {user} {number}")


async def write_all(path: str, *, hasty: bool) -> None:
    """Make the changes of all users at once."""
    service = await MetadataService.open(partial(SqliteStore, path), partial(datetime.now, UTC))
    await asyncio.gather(*(write(service, user, hasty=hasty) for user in USERS))


def main() -> None:
    """Fork writers, one after the other."""
    path, hasty = sys.argv[1], sys.argv[2:] == ["hasty"]
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(write_all(path, hasty=hasty))
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("dead")


if __name__ == "__main__":
    main()
