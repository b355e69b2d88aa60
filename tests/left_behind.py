"""What a process that was killed has left of its metadata, and whether it is what it must be."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from actionsd_broker.metadata.sqlite_store import SqliteStore


@contextlib.contextmanager
def copied(path: Path) -> Iterator[Path]:
    """Copy a file with its log, so that who goes on with the file finds it as the dead left it."""
    directory = path.parent / "copy"
    directory.mkdir()
    for name in (path.name, f"{path.name}-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(name), directory / name)
    (directory / path.name).chmod(0o600)
    yield directory / path.name
    shutil.rmtree(directory)


def check(
    path: Path,
    tenant: str,
    known: Mapping[str, int],
    expected: Callable[[str, int], dict[str, bytes]],
) -> dict[str, int]:
    """Check a file against the last change of each user that is known of; return what it has.

    It has that change or one more: whoever writes begins no change of a user before the one
    before it is known of. `expected` says what a user has after so many changes.
    """
    seen: dict[str, int] = {}
    with contextlib.closing(SqliteStore(str(path))) as store:
        for user, last in known.items():
            metadata = store.get(tenant, user)
            seen[user] = metadata.sequence
            assert seen[user] - last in (0, 1), f"{user} lost a write: {last}, now {seen[user]}"
            entries = {each.key: each.value for each in metadata.entries}
            assert entries == expected(user, seen[user]), f"{user} has half of a write"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        damage = connection.execute("PRAGMA integrity_check").fetchall()
        assert damage == [("ok",)], damage
        damage = connection.execute("PRAGMA foreign_key_check").fetchall()
        assert damage == [], damage
    return seen
