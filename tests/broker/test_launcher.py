"""The broker's end of the zygote, with a real one, and with programs that are none."""

from __future__ import annotations

import errno
import itertools
import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from actionsd_broker import launcher
from actionsd_broker.launcher import Born, Event, Launcher, ZygoteGone
from actionsd_protocol.orders import Exited, Probe, Unspawned, WorkerOrders


@pytest.fixture
def zygote() -> Iterator[Launcher]:
    zygote = Launcher(jitless=False)
    yield zygote
    zygote.close()


def hear(zygote: Launcher, count: int) -> list[Event]:
    events: list[Event] = []
    while len(events) < count:
        assert select.select([zygote.control], [], [], 30)[0], "the zygote is silent"
        events += zygote.receive()
    return events


def spawn(zygote: Launcher, name: str, probe: str = "use a keyring") -> None:
    # A worker that tries something and ends: it needs no broker.
    attempt = Probe(probe, sealed=False)
    orders = WorkerOrders(name, "/nowhere", "/nowhere", uid=None, memory_mib=64, probe=attempt)
    with open(os.devnull, "wb") as stderr:  # noqa: PTH123 - /dev/null is no path of ours
        zygote.spawn(orders, stderr.fileno())


def run_one(zygote: Launcher, name: str) -> None:
    spawn(zygote, name)
    born, gone = hear(zygote, 2)
    assert isinstance(born, Born)
    assert born.identity == name
    assert select.select([born.pidfd], [], [], 10)[0], "the pidfd is of another process"
    os.close(born.pidfd)
    assert gone == Exited(name, 0)


def test_worker_is_born_of_the_zygote_and_its_end_is_told(zygote: Launcher) -> None:
    run_one(zygote, "w1")


def test_worker_that_fails_is_told_with_its_status(zygote: Launcher) -> None:
    spawn(zygote, "w1", probe="there is no such probe")
    born, gone = hear(zygote, 2)
    assert isinstance(born, Born)
    os.close(born.pidfd)
    assert gone == Exited("w1", 1)


@pytest.mark.parametrize("room", [0, 1])
def test_worker_for_which_there_is_no_descriptor_is_told_and_not_left_behind(
    zygote: Launcher, room: int
) -> None:
    run_one(zygote, "w0")
    process = psutil.Process(zygote.pid)
    used = {int(entry.name) for entry in Path(f"/proc/{zygote.pid}/fd").iterdir()}
    first_free = next(number for number in itertools.count() if number not in used)
    soft, hard = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (first_free + room, hard))
    spawn(zygote, "w1")
    assert hear(zygote, 1) == [Unspawned("w1", errno.EMFILE)]
    assert process.children() == []
    process.rlimit(psutil.RLIMIT_NOFILE, (soft, hard))
    run_one(zygote, "w2")


def test_zygote_that_ends_is_told_with_its_signal(zygote: Launcher) -> None:
    psutil.Process(zygote.pid).kill()
    assert hear(zygote, 1) == [ZygoteGone(-9)]


def test_zygote_that_is_gone_takes_no_orders(zygote: Launcher) -> None:
    psutil.Process(zygote.pid).kill()
    hear(zygote, 1)
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on when it died
        spawn(zygote, "w1")


def test_zygote_knows_nothing_of_our_environment_and_directory(
    zygote: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    second = Launcher(jitless=True)
    process = psutil.Process(second.pid)
    try:
        assert "SECRET_TOKEN" not in process.environ()
        assert process.cwd() == "/"
        assert zygote.pid != second.pid
    finally:
        second.close()


def test_program_that_is_no_zygote_is_reaped_with_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('no V8 here')")
    monkeypatch.setattr(launcher, "COMMAND", command)
    zygote = Launcher(jitless=False)
    assert hear(zygote, 1) == [ZygoteGone(1)]
    assert b"no V8 here" in os.read(zygote.stderr, 4096)
    zygote.close()


def test_program_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "COMMAND", ("/nonexistent/zygote",))
    with pytest.raises(FileNotFoundError):
        Launcher(jitless=False)


def test_zygote_that_is_closed_is_gone(zygote: Launcher) -> None:
    second = Launcher(jitless=False)
    second.close()
    assert not psutil.pid_exists(second.pid)
    assert psutil.pid_exists(zygote.pid)
