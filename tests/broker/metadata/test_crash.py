"""A writer is killed at any moment, and what it had acknowledged is there, all and whole."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

import metadata_writer
import pytest
from metadata_writer import TENANT, USERS, expected

from actionsd_broker.metadata.sqlite_store import SqliteStore


class Nursery:
    """A process that forks writers, so that one takes milliseconds to start."""

    def __init__(self, path: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, metadata_writer.__file__, str(path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def kill_one(self, seconds: float) -> dict[str, int]:
        """Start a writer, kill it; return the last change that it acknowledged, by user."""
        stdin, stdout = self._pipes()
        stdin.write(b"go\n")
        stdin.flush()
        acknowledged: dict[str, int] = {}
        # The writer may be faster than its parent's word about it.
        while (words := stdout.readline().split())[0] != b"pid":
            acknowledged[words[1].decode()] = int(words[2])
        time.sleep(seconds)  # not for anything: it is the moment that is random
        os.kill(int(words[1]), signal.SIGKILL)
        while (words := stdout.readline().split())[0] != b"dead":
            acknowledged[words[1].decode()] = int(words[2])
        return acknowledged

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes():
            pipe.close()
        self._process.wait(60)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


@contextlib.contextmanager
def copied(path: Path, directory: Path) -> Iterator[Path]:
    """A copy of what the dead have left, so that the next writer has to deal with it as is."""
    directory.mkdir()
    for name in (path.name, f"{path.name}-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(name), directory / name)
    (directory / path.name).chmod(0o600)
    yield directory / path.name
    shutil.rmtree(directory)


def kill_writers(path: Path, count: int) -> int:
    """Kill writers one after the other; return how many changes were acknowledged in all."""
    moments = random.Random(count)  # noqa: S311 - the same moments, more or less, each time
    known = dict.fromkeys(USERS, 0)
    total = 0
    with Nursery(path) as nursery:
        for _ in range(count):
            acknowledged = nursery.kill_one(moments.uniform(0, 0.06))
            total += sum(acknowledged[user] - known[user] for user in acknowledged)
            known |= acknowledged
            if path.exists():
                with copied(path, path.parent / "copy") as copy:
                    known = check(copy, known)
    return total


def check(path: Path, known: dict[str, int]) -> dict[str, int]:
    """Check that a file has each user's changes up to the last that is known of, or one more.

    One, for a writer does not begin a change of a user before it knows of the last. What is
    seen here is known of, from now on.
    """
    with contextlib.closing(SqliteStore(str(path))) as store:
        for user in USERS:
            metadata = store.get(TENANT, user)
            assert metadata.sequence - known[user] in (0, 1)
            assert {e.key: e.value for e in metadata.entries} == expected(user, metadata.sequence)
            known = known | {user: metadata.sequence}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return known


def test_no_acknowledged_change_is_lost_and_none_is_half_there(tmp_path: Path) -> None:
    assert kill_writers(tmp_path / "metadata.db", 20) > 0


@pytest.mark.slow
def test_nor_is_after_200_kills(tmp_path: Path) -> None:
    assert kill_writers(tmp_path / "metadata.db", 200) > 200


def test_this_test_would_notice_a_lie(tmp_path: Path) -> None:
    path = tmp_path / "metadata.db"
    known = dict.fromkeys(USERS, 0)
    with Nursery(path, "hasty") as nursery, pytest.raises(AssertionError):  # noqa: PT012 - some kill
        while True:
            known = check(path, known | nursery.kill_one(0.05))
