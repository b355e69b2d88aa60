from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox.deadline import (
    EXIT_CPU,
    EXIT_LATE,
    EXIT_MEMORY,
    LONGEST_GRACE_SECONDS,
    STARVED_GRACE_SECONDS,
    DeadlineTimer,
)
from actionsd_sandbox.meter import LOOK_SECONDS, UNLIMITED, Allowance, Breach


@pytest.fixture
def timer() -> Iterator[DeadlineTimer]:
    before = signal.getsignal(signal.SIGALRM)
    yield DeadlineTimer()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    return statuses


def burn_until(something: list[int]) -> None:
    until = time.monotonic() + 10
    while not something and time.monotonic() < until:
        pass


def past() -> float:
    return (time.time() - 1) * 1000


def future() -> float:
    return (time.time() + 100) * 1000


def test_late_phase_is_cancelled(timer: DeadlineTimer) -> None:
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    timer.expect(0.001)
    until = time.monotonic() + 10
    while not cancelled and time.monotonic() < until:
        pass
    assert cancelled
    assert timer.breach is Breach.TIMEOUT


def test_phase_that_does_not_end_in_its_grace_ends_the_process(
    timer: DeadlineTimer, exits: list[int]
) -> None:
    timer.attach(past, lambda: None)
    timer.begin(UNLIMITED)
    timer._fired(signal.SIGALRM, None)
    assert exits == []
    burn_until(exits)
    assert exits[0] == EXIT_LATE


@pytest.mark.parametrize(
    ("due", "memory", "status", "grace"),
    [
        (past, 2**40, EXIT_LATE, LONGEST_GRACE_SECONDS),
        (future, -1, EXIT_MEMORY, STARVED_GRACE_SECONDS),
    ],
    ids=["late", "with time left"],
)
def test_thread_that_gets_no_cpu_has_a_longer_grace(
    timer: DeadlineTimer,
    exits: list[int],
    due: Callable[[], float],
    memory: int,
    status: int,
    grace: float,
) -> None:
    over = threading.Event()

    def starve() -> None:
        timer.measure_this_thread()
        timer.begin(Allowance(100.0, memory))
        over.wait(60)

    thread = threading.Thread(target=starve)
    thread.start()
    timer.attach(due, lambda: None)
    timer._fired(signal.SIGALRM, None)
    told_at = time.monotonic()
    burn_until(exits)
    timer.detach()  # it goes on looking at a thread that is about to end
    over.set()
    thread.join()
    assert exits[0] == status
    assert time.monotonic() - told_at >= grace


@pytest.mark.parametrize(
    ("allowance", "breach", "status"),
    [
        (Allowance(0.0, 2**40), Breach.CPU, EXIT_CPU),
        (Allowance(100.0, -1), Breach.MEMORY, EXIT_MEMORY),
    ],
)
def test_phase_that_takes_too_much_is_cancelled_and_exits_with_its_own_status(
    timer: DeadlineTimer, exits: list[int], allowance: Allowance, breach: Breach, status: int
) -> None:
    cancelled: list[bool] = []
    timer.attach(future, lambda: cancelled.append(True))
    timer.begin(allowance)
    timer._fired(signal.SIGALRM, None)
    assert cancelled
    assert (timer.breach, exits) == (breach, [])
    burn_until(exits)
    assert exits[0] == status


def test_allowance_of_an_action_is_not_the_next_ones(timer: DeadlineTimer) -> None:
    timer.attach(future, lambda: None)
    timer.begin(Allowance(0.0, 0))
    timer.begin(Allowance(100.0, 2**40))
    timer._fired(signal.SIGALRM, None)
    assert timer.breach is None


def test_action_that_is_still_read_has_a_grace(timer: DeadlineTimer) -> None:
    timer.attach(future, lambda: None)
    timer.begin(Allowance(0.0, -1))
    timer.extend(Breach.CPU)
    timer._fired(signal.SIGALRM, None)
    assert timer.breach is None


def test_reading_that_does_not_end_exits_for_what_the_action_did(
    timer: DeadlineTimer, exits: list[int]
) -> None:
    timer.begin(Allowance(0.0, -1))
    timer.attach(past, lambda: None)
    timer.extend(Breach.MEMORY)
    timer._fired(signal.SIGALRM, None)
    burn_until(exits)
    assert exits[0] == EXIT_MEMORY


@pytest.mark.usefixtures("exits")
def test_phase_is_cancelled_again_and_again_in_its_grace(timer: DeadlineTimer) -> None:
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    timer._fired(signal.SIGALRM, None)
    until = time.monotonic() + 10
    while len(cancelled) < 3 and time.monotonic() < until:
        pass
    assert len(cancelled) >= 3


def test_handler_that_interrupts_a_change_finds_nothing_running(timer: DeadlineTimer) -> None:
    with timer.lock:  # as when the signal comes in the middle of `attach`
        timer._fired(signal.SIGALRM, None)
    assert timer.breach is None


def test_no_phase_is_left_alone(timer: DeadlineTimer, exits: list[int]) -> None:
    cancelled: list[bool] = []
    timer.attach(lambda: 0.0, lambda: cancelled.append(True))
    timer._fired(signal.SIGALRM, None)
    assert (cancelled, exits, timer.breach) == ([], [], None)


def test_phase_that_has_time_left_is_looked_at_again(timer: DeadlineTimer) -> None:
    timer.attach(future, lambda: None)
    signal.setitimer(signal.ITIMER_REAL, 0)
    timer._fired(signal.SIGALRM, None)
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= LOOK_SECONDS + 0.001
    assert timer.breach is None


def test_phase_is_looked_at_soon_after_it_was_attached(timer: DeadlineTimer) -> None:
    timer.attach(future, lambda: None)
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= LOOK_SECONDS


def test_timer_may_go_off_while_its_own_thread_holds_the_lock(timer: DeadlineTimer) -> None:
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    with timer.lock:
        until = time.monotonic() + 10
        while not cancelled and time.monotonic() < until:
            pass
    assert cancelled


def test_signal_that_nobody_heard_comes_again(timer: DeadlineTimer) -> None:
    heard = signal.signal(signal.SIGALRM, lambda *_: None)
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    until = time.monotonic() + 10
    while timer._fires_at > time.monotonic() < until:
        pass  # until it has come, to nobody
    signal.signal(signal.SIGALRM, heard)
    while not cancelled and time.monotonic() < until:
        pass
    assert cancelled


def test_signal_in_the_middle_of_a_look_does_not_look(timer: DeadlineTimer) -> None:
    looks: list[bool] = []

    def due() -> float:
        looks.append(True)
        timer._fired(signal.SIGALRM, None)
        return 0.0

    timer.attach(due, lambda: None)
    timer._fired(signal.SIGALRM, None)
    assert looks == [True]


def test_timer_rests_while_nothing_runs(timer: DeadlineTimer) -> None:
    timer.expect(0.001)
    until = time.monotonic() + 10
    while signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0) and time.monotonic() < until:
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize(("first", "second", "least"), [(50, 100, 40), (100, 50, 40)])
def test_earliest_expectation_counts(
    timer: DeadlineTimer, first: float, second: float, least: float
) -> None:
    timer.expect(first)
    timer.expect(second)
    assert least < signal.getitimer(signal.ITIMER_REAL)[0] <= 50


def test_attaching_forgives_what_was_late_before(timer: DeadlineTimer, exits: list[int]) -> None:
    timer.attach(past, lambda: None)
    timer._fired(signal.SIGALRM, None)
    timer.attach(lambda: 0.0, lambda: None)
    timer._fired(signal.SIGALRM, None)
    assert (timer.breach, exits) == (None, [])


def test_built_in_that_cannot_be_interrupted_ends_the_process(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process("""
import time
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Engine, Isolate
isolate, timer = Isolate(Engine(), {}), DeadlineTimer()
deadline = (time.time() + 0.05) * 1000
timer.attach(lambda: deadline, isolate.cancel)
timer.expect(0.05)
isolate.evaluate("Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)")
""")
    assert ended.returncode == EXIT_LATE


def test_phase_is_looked_at_though_an_earlier_signal_found_nothing(timer: DeadlineTimer) -> None:
    timer.expect(0.001)
    while timer._fires_at < float("inf"):
        pass  # until the signal has come, and found nothing to watch
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    until = time.monotonic() + 10
    while not cancelled and time.monotonic() < until:
        pass
    assert cancelled
