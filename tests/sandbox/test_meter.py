from __future__ import annotations

import math
import mmap
import threading
import time

import pytest

from actionsd_sandbox.meter import LOOK_SECONDS, UNLIMITED, Allowance, Breach, Meter

MIB = 2**20
FOREVER = math.inf


def past() -> float:
    return (time.time() - 1) * 1000


def begun(cpu_seconds: float = math.inf, memory_bytes: float = math.inf) -> Meter:
    meter = Meter()
    meter.measure_this_thread()
    meter.begin(Allowance(cpu_seconds, memory_bytes))
    return meter


def burn(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def block(size: int) -> mmap.mmap:
    """Take memory that nobody has touched, as a large ArrayBuffer does."""
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def test_action_within_its_allowance_is_left_alone() -> None:
    assert begun(1.0, 64 * MIB).breach(FOREVER) is None


def test_time_that_is_up_is_a_timeout() -> None:
    assert begun().breach(past()) is Breach.TIMEOUT


def test_cpu_above_the_allowance_is_a_breach() -> None:
    meter = begun(cpu_seconds=0.05)
    burn(0.06)
    assert meter.breach(FOREVER) is Breach.CPU


def test_waiting_costs_no_cpu() -> None:
    meter = begun(cpu_seconds=0.05)
    assert not threading.Event().wait(0.1)
    assert meter.breach(FOREVER) is None


def test_cpu_is_that_of_the_thread_that_asked_for_it() -> None:
    meter = Meter()
    over = threading.Event()

    def act() -> None:
        meter.measure_this_thread()
        meter.begin(Allowance(0.05, math.inf))
        over.wait(60)

    thread = threading.Thread(target=act)
    thread.start()
    burn(0.1)
    breach = meter.breach(FOREVER)
    over.set()
    thread.join()
    assert breach is None


@pytest.mark.parametrize(("size", "breach"), [(24 * MIB, None), (48 * MIB, Breach.MEMORY)])
def test_memory_counts_from_where_the_action_began(size: int, breach: Breach | None) -> None:
    before = block(64 * MIB)
    meter = begun(memory_bytes=32 * MIB)
    taken = block(size)
    assert meter.breach(FOREVER) is breach
    before.close()
    taken.close()


def test_memory_that_was_given_back_does_not_count() -> None:
    meter = begun(memory_bytes=32 * MIB)
    block(48 * MIB).close()
    assert meter.breach(FOREVER) is None


def test_next_action_is_not_charged_for_what_is_there() -> None:
    meter = begun(cpu_seconds=0.05, memory_bytes=32 * MIB)
    there = meter.begin(UNLIMITED)
    left = block(48 * MIB)
    burn(0.06)
    assert meter.begin(Allowance(0.05, 32 * MIB)) - there >= 48 * MIB
    assert meter.breach(FOREVER) is None
    left.close()


def test_action_that_follows_at_once_counts_from_the_last_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("actionsd_sandbox.meter.FRESH_SECONDS", 100.0)
    allowance = Allowance(math.inf, 32 * MIB)
    meter = begun(memory_bytes=64 * MIB)
    before = block(48 * MIB)
    assert meter.breach(FOREVER) is None  # a look
    meter.begin(allowance)
    assert meter.breach(FOREVER) is None
    taken = block(48 * MIB)
    meter.begin(allowance)  # not looked at since then
    assert meter.breach(FOREVER) is Breach.MEMORY
    before.close()
    taken.close()


def test_wall_clock_comes_first_when_all_is_due() -> None:
    meter = begun(cpu_seconds=0.01, memory_bytes=16 * MIB)
    taken = block(48 * MIB)
    burn(0.02)
    assert meter.breach(past()) is Breach.TIMEOUT
    assert meter.breach(FOREVER) is Breach.CPU
    taken.close()


@pytest.mark.parametrize(
    ("cpu_seconds", "wall_seconds", "least", "most"),
    [
        (10.0, 10.0, LOOK_SECONDS, LOOK_SECONDS + 0.001),
        (10.0, math.inf, LOOK_SECONDS, LOOK_SECONDS + 0.001),
        (0.002, 10.0, 0.0, 0.003),
        (10.0, 0.002, 0.0, 0.003),
        (10.0, -1.0, 0.0, 0.001),
    ],
)
def test_next_look_is_when_the_first_allowance_may_be_used_up(
    cpu_seconds: float, wall_seconds: float, least: float, most: float
) -> None:
    patience = begun(cpu_seconds).patience((time.time() + wall_seconds) * 1000)
    assert least <= patience <= most
