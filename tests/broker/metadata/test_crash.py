"""A writer is killed at any moment, and what it had acknowledged is there, all and whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Self

import metadata_writer
import pytest
from left_behind import check, copied
from metadata_writer import TENANT, USERS, expected


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
                with copied(path) as copy:
                    known = check(copy, TENANT, known, expected)
    return total


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
            known = check(path, TENANT, known | nursery.kill_one(0.05), expected)
