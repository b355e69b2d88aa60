"""The process beside the broker: replaced when it ends, stopped, killed, never left behind."""

from __future__ import annotations

import errno
import os
import select
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from actionsd_broker.annex import GRACE_SECONDS, Annex

PATIENCE_SECONDS = 20.0
SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "sys.stderr.close(); time.sleep(60)"
)


class Loop:
    """A broker's loop with nothing in it but an annex. Its clock is the test's."""

    def __init__(self, annex: Annex) -> None:
        self.annex = annex
        self.poller = select.epoll()
        self.now = 100.0

    def open(self) -> None:
        self.annex.open(self.poller, self.now)

    def turn(self) -> None:
        stirred = {descriptor for descriptor, _ in self.poller.poll(0.01)}
        self.annex.look(self.now, stirred)

    def until(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < until
            self.turn()


@pytest.fixture
def loop_of() -> Iterator[Callable[..., Loop]]:
    loops: list[Loop] = []

    def make(script: str, drain_seconds: float = 0.0) -> Loop:
        command = [sys.executable, "-S", "-c", script]
        loops.append(Loop(Annex(command, drain_seconds=drain_seconds)))
        return loops[-1]

    yield make
    for loop in loops:
        loop.annex.close()
        assert loop.annex.gone
        loop.poller.close()


def pid_of(loop: Loop) -> int:
    assert loop.annex.pid is not None
    return loop.annex.pid


def test_without_a_command_there_is_nothing_to_wait_for() -> None:
    annex = Annex()
    with select.epoll() as poller:
        annex.open(poller, 0.0)
    assert annex.gone
    assert annex.next_deadline() is None
    annex.stop(0.0)
    annex.close()


def test_process_that_is_killed_is_replaced_at_once(loop_of: Callable[..., Loop]) -> None:
    loop = loop_of(SLEEP)
    loop.open()
    first = pid_of(loop)
    psutil.Process(first).kill()
    loop.until(lambda: loop.annex.pid not in (None, first))


def test_process_that_keeps_ending_is_started_more_and_more_slowly(
    loop_of: Callable[..., Loop],
) -> None:
    loop = loop_of("")
    loop.open()
    delays = []
    for _ in range(4):
        loop.until(lambda: loop.annex.pid is None)
        due = loop.annex.next_deadline()
        assert due is not None
        delays.append(due - loop.now)
        loop.now = due
        loop.turn()
    # The first replacement is at once, so what is seen after each is the next one's.
    assert delays == sorted(delays)
    assert delays[-1] > delays[0]


def test_process_that_lived_long_is_replaced_at_once_again(loop_of: Callable[..., Loop]) -> None:
    loop = loop_of(SLEEP)
    loop.open()
    for _ in range(5):
        before = pid_of(loop)
        loop.now += 3600
        psutil.Process(before).kill()
        loop.until(lambda: loop.annex.pid not in (None, before))  # noqa: B023 - called here only


def test_stopped_process_is_not_replaced(loop_of: Callable[..., Loop]) -> None:
    loop = loop_of(SLEEP)
    loop.open()
    loop.annex.stop(loop.now)
    assert not loop.annex.gone
    loop.until(lambda: loop.annex.gone)
    assert loop.annex.next_deadline() is None


def test_process_that_does_not_stop_is_killed_when_its_time_is_up(
    loop_of: Callable[..., Loop],
) -> None:
    loop = loop_of(STUBBORN, drain_seconds=7.0)
    loop.open()
    process = psutil.Process(pid_of(loop))
    loop.until(lambda: "SigIgn" in _ignored(process))
    loop.annex.stop(loop.now)
    deadline = loop.annex.next_deadline()
    assert deadline == loop.now + 7.0 + GRACE_SECONDS
    loop.turn()
    assert not loop.annex.gone
    loop.now = deadline
    loop.until(lambda: loop.annex.gone)


def test_program_that_cannot_be_started_is_tried_again() -> None:
    annex = Annex(["/nowhere/at/all"])
    with select.epoll() as poller:
        annex.open(poller, 10.0)
        due = annex.next_deadline()
    assert due is not None
    assert due > 10.0
    annex.close()
    assert annex.gone


def test_process_that_cannot_be_watched_is_ended_and_tried_again(
    loop_of: Callable[..., Loop], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = loop_of(SLEEP)
    with monkeypatch.context() as patch:
        patch.setattr(os, "pidfd_open", _no_descriptors)
        loop.open()
    assert loop.annex.pid is None
    assert psutil.Process().children() == []
    loop.now += 60
    loop.until(lambda: loop.annex.pid is not None)


def _no_descriptors(_: int) -> int:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _ignored(process: psutil.Process) -> str:
    """Return "SigIgn" when a process ignores SIGTERM."""
    with open(f"/proc/{process.pid}/status") as status:  # noqa: PTH123 - the kernel's file
        masks = dict(line.split(":\t", 1) for line in status if ":\t" in line)
    return "SigIgn" if int(masks["SigIgn"], 16) & (1 << 14) else ""
